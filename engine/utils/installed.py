"""Whether an optional package is there, for the flags by which scripts and test suites ask before they use it."""

from __future__ import annotations

import functools
from importlib.util import find_spec

__all__ = ["is_installed"]


@functools.cache
def is_installed(package: str) -> bool:
    """Whether `package` can be found; it isn't imported."""
    return find_spec(package) is not None
