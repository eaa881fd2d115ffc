"""Writes the contents that came to have a row before anybody on the host knew them. For the writer's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xxhash

from .lent_segments import LentSegments
from .promised import Promised
from .schema import NOT_CAPTURED
from .tensor_rows import TensorRows, pack_record
from .tensor_store import TensorStore

__all__ = ["PromisedWriter"]

_NO_CONTENT = bytes(16)


class PromisedWriter:
    """Puts them into segment files of their own.

    Args:
        directory: of the run.
        store: where they were promised.
    """

    def __init__(self, directory: Path, store: TensorStore) -> None:
        self._directory = directory
        self._store = store
        self._segments: LentSegments | None = None  # has a buffer, which most runs don't need

    def read(self, contents: Sequence[Promised], rows: TensorRows) -> None:
        """Wait for contents, write their bytes, and fill in their rows.

        Raises:
            OSError: the disk is full, or gone; or they never come.
        """
        for content in contents:
            arrived = content.fetch()
            if content.row >= 0:
                record = pack_record(_NO_CONTENT, content.sample, NOT_CAPTURED, arrived.flags, content.layout)
                if arrived.data is not None:
                    record = self._record(content, arrived.data, arrived.flags)
                rows.set_record(content.row, record)
                rows.set_statistics(content.row, arrived.statistics)
                self._store.first_rows.note(content)
            content.let_go()
        if self._segments is not None:
            self._segments.flush()

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more."""
        if self._segments is not None:
            self._segments.remove(segment)

    def close(self) -> None:
        """Close the file that is open."""
        if self._segments is not None:
            self._segments.close()

    def _record(self, content: Promised, data: np.ndarray, flags: int) -> bytes:
        identity = xxhash.xxh3_128_digest(data.data)
        place = self._store.place_of(identity)
        stored = place is None
        if place is None:
            place = self._put(data, content.segment)
        self._store.fulfil(content, identity, flags, place, stored)
        return pack_record(identity, place[1], place[0], flags, content.layout)

    def _put(self, data: np.ndarray, segment: int) -> tuple[int, int]:
        segments = self._segments
        if segments is None:
            segments = self._segments = LentSegments(self._directory, self._store.staging)
        place = segments.begin(segment, data.nbytes)
        done = 0
        while done < data.nbytes:
            room = np.frombuffer(segments.room(), np.uint8)
            size = min(len(room), data.nbytes - done)
            room[:size] = data[done : done + size]
            segments.fill(size)
            done += size
        return place
