"""Reads the bodies of a run's events in their order, a large piece of the file at a time."""

from __future__ import annotations

import os
from types import TracebackType

import msgspec

from ..errors import DamagedLog
from ..log.reader import LogReader
from ..log.records import Event
from ..log.regular_file import open_regular
from ..log.schema import EVENTS_FILE, Kind

__all__ = ["BodyStream"]

_PIECE_BYTES = 1 << 20
_TAGS = {int(kind): kind.name for kind in Kind}
_decode = msgspec.json.Decoder(Event).decode


class BodyStream:
    """Bodies by seq, fast where they are asked for in about their order; also a context manager."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._begin = 0
        self._piece = memoryview(b"")
        try:
            self._file = open_regular(reader.directory / EVENTS_FILE)
        except OSError:
            self._file = -1

    def body(self, seq: int, offset: int, length: int, kind: int) -> Event | None:
        """What event `seq` holds; the rest is from its index record. None if it can't be read."""
        try:
            if not self._begin <= offset or offset + length > self._begin + len(self._piece):
                self._fetch(offset, length)
            start = offset - self._begin
            body = _decode(self._piece[start : start + length])
            if body.__struct_config__.tag == _TAGS.get(kind):
                return body
        except (OSError, msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
            pass
        try:
            return self._reader.body(seq)
        except DamagedLog:
            return None

    def _fetch(self, offset: int, length: int) -> None:
        if self._file < 0 or length > os.fstat(self._file).st_size:
            raise ValueError("no such bytes")
        self._piece = memoryview(os.pread(self._file, max(length, _PIECE_BYTES), offset))
        self._begin = offset

    def __enter__(self) -> BodyStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
