"""Leaves word in a log of how the process that wrote it ended, where that could not say so itself: it was killed."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import numpy as np

from ..errors import LogError
from .regular_file import open_regular
from .run_file import add_to_run_file, read_run_file
from .schema import EVENT_INDEX, EVENT_INDEX_FILE, Kind

__all__ = ["say_ended"]


def say_ended(directory: Path, pid: int, how: str) -> None:
    """Say it where there is nothing about it yet, and a place for it.

    Args:
        directory: of the run; it may be gone by now, or hold something else.
        pid: of the process that wrote it, which is no more.
        how: it ended, in words.
    """
    with contextlib.suppress(LogError, OSError):
        run = read_run_file(directory)
        if run.pid == pid and not run.ended and not _finished(directory):
            add_to_run_file(directory, run, "ended", how)


def _finished(directory: Path) -> bool:
    """Whether the last event is that of a run that ended in an orderly way."""
    size = EVENT_INDEX.itemsize
    file = open_regular(directory / EVENT_INDEX_FILE)
    try:
        last = os.pread(file, size, max(os.fstat(file).st_size // size - 1, 0) * size)
    finally:
        os.close(file)
    return len(last) == size and int(np.frombuffer(last, EVENT_INDEX)["kind"][0]) == Kind.run_finished
