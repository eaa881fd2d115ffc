"""What the compiled parts are made from, by a checksum. For setup.py, too, which runs this file alone."""

from __future__ import annotations

import zlib
from pathlib import Path

__all__ = ["checksum", "newest_ns", "paths"]


def paths(directory: Path) -> list[Path]:
    """All files in the directory of the parts that C code is made from."""
    return sorted(path for suffix in ("pyx", "pxd", "h") for path in directory.glob(f"*.{suffix}"))


def checksum(directory: Path) -> int:
    """The same only if names and contents of all files are, 32 bits."""
    found = 0
    for path in paths(directory):
        found = zlib.crc32(path.read_bytes(), zlib.crc32(path.name.encode(), found))
    return found


def newest_ns(directory: Path) -> int:
    """When the youngest of them was written, in nanoseconds since 1970."""
    return max((path.stat().st_mtime_ns for path in paths(directory)), default=0)
