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

__all__ = ["OwnFile", "OwnFileInPython", "check_all"]


class OwnFileInPython:
    """A file that we have opened. `native.disk` has the twin.

    Raises:
        OSError: the descriptor is closed.
    """

    __slots__ = ("_identity", "descriptor")

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._identity = _identity(descriptor)

    def is_ours(self) -> bool:
        """Whether the descriptor still is of that file."""
        try:
            return _identity(self.descriptor) == self._identity
        except OSError:
            return False

    def close(self) -> None:
        """Close it, if it is ours; doing it twice does harm."""
        if self.is_ours():
            with contextlib.suppress(OSError):
                os.close(self.descriptor)


def are_ours_in_python(files: list[OwnFileInPython]) -> bool:
    """Whether all of these are."""
    return all(file.is_ours() for file in files)


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


OwnFile = OwnFileInPython
_are_ours: Callable[[list[OwnFileInPython]], bool] = are_ours_in_python
_native = part("disk")
if _native is not None:
    OwnFile, _are_ours = _native.OwnFile, _native.are_ours


def check_all(files: list[OwnFileInPython]) -> None:
    """Before anything is written to these.

    Raises:
        OSError: one of them is ours no more.
    """
    if not _are_ours(files):
        raise OSError(errno.EBADF, "the script has closed its files")
