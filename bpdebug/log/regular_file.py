"""Opens the files of a run, which anybody may have made, for reading."""

from __future__ import annotations

import errno
import os
import stat

__all__ = ["open_regular", "why_unreadable"]


def open_regular(path: str | os.PathLike[str]) -> int:
    """The file, open for reading; close it with `os.close`.

    Raises:
        OSError: it can't be opened, or is a pipe, a device or a directory, which could keep a reader waiting for ever.
    """
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, "this is no regular file", os.fspath(path))
    return file


def why_unreadable(path: str | os.PathLike[str]) -> str:
    """Why the file can't be read; "" where it can."""
    try:
        os.close(open_regular(path))
    except OSError as error:
        return error.strerror or str(error)
    return ""
