"""Classes of warnings."""

__all__ = ["PerformanceWarning"]


class PerformanceWarning(Warning):
    """Something is slower than it could be."""
