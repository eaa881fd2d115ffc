"""Puts staged bytes into the segment files, past the kernel's page cache where that is cheaper.

A page of the cache that no program has used for a while costs several times what copying into it costs, most of all
in a virtual machine; large aligned pieces therefore go to the disk from where they are. Ends that are not aligned,
small pieces, and file systems that can not do this, go the common way.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

from ..native import part
from .own_file import OwnFile, check_all
from .schema import segment_file
from .turns import TurnsInPython

__all__ = [
    "PAGE_BYTES",
    "Place",
    "SegmentWriter",
    "append_all",
    "append_all_in_python",
    "open_new",
    "write_all",
]

DIRECT_BYTES = 256 << 10
"""The common way is cheaper for pieces smaller than this."""
PAGE_BYTES = 4096
_O_DIRECT = getattr(os, "O_DIRECT", 0)

Place = tuple[int, memoryview, int]
"""A file descriptor, bytes, and the offset where they belong."""


class SegmentWriter:
    """The segment files of a run, filled one after the other. For one thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._number = -1
        self._file = -1
        self._direct = -1
        self._own: list[OwnFile] = []
        """Those that are open."""
        self._end_is_cached = False
        self._cut_at = -1
        """Where the content of the file ends, if zeros follow."""

    def file_of(self, segment: int) -> int:
        """The descriptor by which bytes of `segment` go the common way, until the next call of anything here.

        Raises:
            OSError: the disk is full, or gone, or the file isn't ours any more.
        """
        self._ready(segment)
        return self._file

    def write(self, segment: int, offset: int, data: memoryview, hurry: bool = False) -> None:
        """Write `data` at `offset` of segment `segment`.

        Args:
            data: its place in memory is aligned to pages where `offset` is.
            hurry: the disk can't keep up: let the page cache take it.

        Raises:
            OSError: the disk is full, or gone.
        """
        self._ready(segment)
        head = -offset % PAGE_BYTES
        middle = (len(data) - head) // PAGE_BYTES * PAGE_BYTES
        if self._direct < 0 or hurry or middle < DIRECT_BYTES:
            write_all(self._file, data, offset)
            return
        end = head + middle
        parts = [
            (self._file, data[:head], offset),
            (self._direct, data[head:end], offset + head),
            (self._file, data[end:], offset + end),
        ]
        try:
            place_all(parts)
        except OSError:
            self._write_no_more_directly()
            write_all(self._file, data, offset)

    def write_pages(self, segment: int, base: int, memory: memoryview, start: int, end: int) -> None:
        """Write `memory[start:end]` behind what was written to segment `segment` before.

        Where pages are written directly, those at the ends go whole: the one before `start` has its bytes in memory
        still, the one at `end` is filled up with zeros, which are cut off when the file is closed.

        Args:
            base: the offset of `memory`; both are aligned to pages, and so is the length of `memory`.

        Raises:
            OSError: the disk is full, or gone.
        """
        self._ready(segment)
        if self._end_is_cached:
            # Writing a page of the cache directly would have to wait for it to be written out.
            head = min(-start % PAGE_BYTES, end - start)
            write_all(self._file, memory[start : start + head], base + start)
            start += head
        first, last = start // PAGE_BYTES * PAGE_BYTES, -(-end // PAGE_BYTES) * PAGE_BYTES
        if self._direct < 0 or last - first < DIRECT_BYTES:
            write_all(self._file, memory[start:end], base + start)
            self._end_is_cached = True
            if self._cut_at >= 0:  # zeros may follow still
                self._cut_at = base + end
            return
        memory[end:last] = bytes(last - end)
        self._write_directly(memory[first:last], base + first)
        self._end_is_cached = False
        self._cut_at = base + end if last > end else -1

    def _write_directly(self, data: memoryview, offset: int) -> None:
        try:
            place_all([(self._direct, data, offset)])
        except OSError:
            self._write_no_more_directly()
            write_all(self._file, data, offset)

    def _write_no_more_directly(self) -> None:
        """Not every file system that lets us open a file so can write it so; a full disk fails once more."""
        self._own.pop().close()
        self._direct = -1

    def cut(self, size: int) -> None:
        """What was written last to the file that is open is not to be in it from `size` on.

        Raises:
            OSError: the disk is gone.
        """
        self._check()
        os.ftruncate(self._file, size)
        self._end_is_cached = True
        self._cut_at = -1

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more; no harm where there is none."""
        if segment != self._number:
            (self._directory / segment_file(segment)).unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file that is open."""
        if self._cut_at >= 0:
            with contextlib.suppress(OSError):
                self._check()
                os.ftruncate(self._file, self._cut_at)
        for file in self._own:
            file.close()
        self._own = []
        self._file = self._direct = self._cut_at = -1
        self._end_is_cached = False

    def _ready(self, segment: int) -> None:
        """Let the file of `segment` be the one that is open; see that it is ours still."""
        if segment != self._number:
            self._begin(segment)
        else:
            self._check()

    def _check(self) -> None:
        check_all(self._own)

    def _begin(self, segment: int) -> None:
        self.close()
        path = self._directory / segment_file(segment)
        self._file = open_new(path)
        self._own.append(OwnFile(self._file))
        self._number = segment
        if _O_DIRECT:
            with contextlib.suppress(OSError):
                self._direct = os.open(path, os.O_WRONLY | os.O_CLOEXEC | _O_DIRECT)
                self._own.append(OwnFile(self._direct))


def open_new(path: Path) -> int:
    """A file descriptor to write a file with that doesn't exist yet; for the user alone, as tensors can be private."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def append_all_in_python(
    parts: list[tuple[int, bytes]],
    turns: TurnsInPython | None = None,
    rest_s: float = 0.0,
    before: Place | None = None,
) -> None:
    """Append bytes to files, in this order.

    Args:
        turns, rest_s, before: as for `RunFiles.append`.

    Raises:
        OSError: the disk is full, or gone; what comes before was written.
    """
    if before is not None:
        write_all(*before)
    for file, content in parts:
        write_all(file, content)


def place_all_in_python(parts: list[tuple[int, memoryview, int]]) -> None:
    """Write bytes at places of files, in this order: (file descriptor, bytes, offset).

    Raises:
        OSError: the disk is full, or gone; what comes before was written.
    """
    for file, content, offset in parts:
        write_all(file, content, offset)


append_all: Callable[..., None] = append_all_in_python
place_all: Callable[[list[tuple[int, memoryview, int]]], None] = place_all_in_python
_native = part("disk")
if _native is not None:
    append_all, place_all = _native.append_all, _native.place_all


def write_all(file: int, data: bytes | memoryview, offset: int | None = None) -> None:
    """Write all of `data`, at the end of what we wrote or at `offset`."""
    rest = memoryview(data)
    while rest:
        if offset is None:
            written = os.write(file, rest)
        else:
            written = os.pwrite(file, rest, offset)
            offset += written
        rest = rest[written:]
