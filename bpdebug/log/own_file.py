"""Tells whether a file descriptor is still the one that we opened.

A script may close all descriptors, as daemons do. The numbers of ours then go to the next files that it opens itself,
and what we write would end up in those.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable

from ..native import part

__all__ = ["OwnFile"]


class OwnFile:
    """A file that we have opened."""

    __slots__ = ("_identity", "descriptor")

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._identity = _identity(descriptor)

    def check(self) -> None:
        """Before anything is written.

        Raises:
            OSError: it is ours no more.
        """
        if not self._is_ours():
            raise OSError(errno.EBADF, "the script has closed its files")

    def close(self) -> None:
        """Close it, if it is ours; doing it twice does harm."""
        if self._is_ours():
            with contextlib.suppress(OSError):
                os.close(self.descriptor)

    def _is_ours(self) -> bool:
        try:
            return _identity(self.descriptor) == self._identity
        except OSError:
            return False


def identity_in_python(descriptor: int) -> tuple[int, int]:
    """What tells the file behind a descriptor from others.

    Raises:
        OSError: the descriptor is closed.
    """
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


_native = part("disk")
_identity: Callable[[int], tuple[int, int]] = identity_in_python if _native is None else _native.identity
