"""Finds recorded runs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from ..log.schema import RUN_FILE
from .run_directory import runs_directory

_HERE = Path("bpdebug-runs")

__all__ = ["default_places", "runs_in", "size_of"]


def default_places() -> list[Path]:
    """Where runs are looked for when no directory is named: in a folder here, and in the user's state directory."""
    return [_HERE, runs_directory()]


def runs_in(place: Path) -> Iterator[Path]:
    """The run directories in `place`, and `place` itself if it is one; by name."""
    if (place / RUN_FILE).is_file():
        yield place
        return
    with contextlib.suppress(OSError):
        for name in sorted(os.listdir(place)):
            if (place / name / RUN_FILE).is_file():
                yield place / name


def size_of(directory: Path) -> int:
    """The bytes of its files."""
    size = 0
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_size
    return size
