"""Writes the contents that came to have a row before anybody on the host knew them. For the writer's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xxhash

from .lent_segments import LentSegments
from .promised import Promised
from .recent_contents import Entry
from .schema import NO_CONTENT, NOT_CAPTURED
from .tensor_rows import TensorRows, pack_record
from .tensor_store import TensorStore

__all__ = ["PromisedWriter"]


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
        first_rows = self._store.first_rows
        for content in contents:
            arrived = content.fetch(first_rows.knows)
            if content.row >= 0:
                entry = self._entry(content, arrived.flags, arrived.data)
                _, flags, layout, segment, offset, identity = entry
                rows.set_record(content.row, pack_record(identity, offset, segment, flags, layout))
                rows.set_statistics(content.row, arrived.statistics)
                first_rows.note(content, entry)
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

    def _entry(self, content: Promised, flags: int, data: np.ndarray | None) -> Entry:
        """What its record says; its bytes are put into a segment where they are new."""
        if data is None:
            same = self._store.first_rows.same(content)
            if same is None or same[3] == NOT_CAPTURED:
                return content.row, flags, content.layout, NOT_CAPTURED, content.sample, NO_CONTENT
            identity, place, stored = same[5], (same[3], same[4]), False
        else:
            identity = xxhash.xxh3_128_digest(data.data)
            known = self._store.place_of(identity)
            stored = known is None
            place = self._put(data, content.segment) if known is None else known
        assert type(identity) is bytes
        self._store.fulfil(content, identity, flags, place, stored)
        return content.row, flags, content.layout, *place, identity

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
