"""What Chainer calls deprecated still works, and says so."""

from __future__ import annotations

import warnings

__all__ = ["warn_deprecated"]


def warn_deprecated(old: str, new: str, stacklevel: int = 3) -> None:
    """Warn the caller of the engine's function that it is called by an old name or in an old way.

    Args:
        old: what was called.
        new: what to do instead.
        stacklevel: how many calls above is the code that is to change.
    """
    warnings.warn(f"{old} is deprecated: {new}", DeprecationWarning, stacklevel=stacklevel)
