"""Conditions on which an example in a documentation is not run."""

from __future__ import annotations

from .attr import _gpu_count
from .helper import satisfied

__all__ = ["skipif", "skipif_not_enough_cuda_devices", "skipif_requires_satisfied"]


def skipif(condition: bool) -> bool:
    """Whether the condition holds."""
    return bool(condition)


def skipif_requires_satisfied(*requirements: str) -> bool:
    """Whether all these packages, such as `numpy>=1.10`, are installed."""
    return skipif(all(map(satisfied, requirements)))


def skipif_not_enough_cuda_devices(device_count: int) -> bool:
    """Whether there are fewer GPUs."""
    return skipif(_gpu_count() < device_count)
