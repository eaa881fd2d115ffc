"""Whether somebody writes a log right now: the writer holds a lock on the index, as long as its process lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from .schema import EVENT_INDEX_FILE

__all__ = ["is_being_written"]


def is_being_written(directory: Path) -> bool:
    """Whether a process writes this run now; False where the file system knows no such locks."""
    try:
        file = os.open(
            directory / EVENT_INDEX_FILE, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        )
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(file)
    return False
