"""Reads the tensors of a run directory: what they are, what was measured of them, and their values.

The part of `reader.LogReader` that knows nothing of events.
"""

from __future__ import annotations

import math
import mmap
import re
from pathlib import Path

import numpy as np

from ..errors import DamagedLog, NotCaptured
from .definition_records import LayoutDefinition
from .definitions import Definitions
from .mapped import MappedRecords, is_whole, map_file
from .regular_file import why_unreadable
from .schema import (
    NOT_CAPTURED,
    TENSOR_INDEX,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS,
    TENSOR_STATISTICS_FILE,
    segment_file,
)
from .statistics import Statistics, statistics

__all__ = ["RecordedTensors"]

_DTYPE = re.compile(r"[<>|][biufc][0-9]{1,2}")
_MAX_SEGMENT_MAPS = 64
_COPIED_BYTES = 1 << 20
"""Tensors up to this size are handed out as copies."""


class RecordedTensors:
    """The tensors of a run.

    Args:
        directory: of the run.
        definitions: its definitions, which somebody else lets grow.
        has_statistics: its format has them.
    """

    def __init__(self, directory: Path, definitions: Definitions, has_statistics: bool) -> None:
        self.directory = directory
        self._has_statistics = has_statistics
        self._definitions = definitions
        self.layouts = definitions.layouts
        self.dropped = definitions.dropped
        self._tensor_records = MappedRecords(directory / TENSOR_INDEX_FILE, TENSOR_INDEX)
        self._statistics = MappedRecords(directory / TENSOR_STATISTICS_FILE, TENSOR_STATISTICS)
        self._segments: dict[int, mmap.mmap] = {}
        self._dropped_seen = 0
        self._why_of_segment: dict[int, str] = {}

    @property
    def tensors(self) -> np.ndarray:
        """One row of `schema.TENSOR_INDEX` a tensor.

        Raises:
            DamagedLog: the file was cut off while it was open.
        """
        if not self._tensor_records.whole:
            raise DamagedLog(f"{self.directory}: {TENSOR_INDEX_FILE} was cut off while it was being read")
        return self._tensor_records.array

    @property
    def tensor_count(self) -> int:
        return len(self._tensor_records.array)

    @property
    def statistics(self) -> np.ndarray:
        """One row of `schema.TENSOR_STATISTICS` a tensor, for scans; fewer rows where the log has no more.

        A log of format 1 has none. A row whose `size` is 0 was not measured.

        Raises:
            DamagedLog: the file was cut off while it was open.
        """
        if not self._statistics.whole:
            raise DamagedLog(
                f"{self.directory}: {TENSOR_STATISTICS_FILE} was cut off while it was being read"
            )
        return self._statistics.array

    def recorded_statistics(self, tensor: int) -> Statistics | None:
        """What was measured of a tensor when it was recorded; None where nothing was.

        Raises:
            DamagedLog: the log has no such tensor, or not its layout.
        """
        kind = self.layout_of(tensor).dtype[1:2]
        rows = self.statistics
        return Statistics.recorded(rows[tensor], kind) if tensor < len(rows) else None

    def measured(self, tensor: int) -> Statistics:
        """The statistics of a tensor: as they were recorded, else from its values.

        Raises:
            NotCaptured: neither was recorded; the message says why.
            DamagedLog: they can't be read.
        """
        found = self.recorded_statistics(tensor)
        return statistics(self.array(tensor)) if found is None else found

    def why_not_captured(self, tensor: int) -> str:
        """Why the log doesn't have the values of a tensor; "" where it should have them.

        Raises:
            DamagedLog: the log has no such tensor, or not its layout.
        """
        layout = self.layout_of(tensor)
        number = int(self.tensors["segment"][tensor])
        if number == NOT_CAPTURED:
            return layout.why_not_captured or "the log gives no reason"
        return self._why_dropped(number) if self.dropped else ""

    def sample(self, tensor: int) -> np.ndarray | None:
        """Some values of a tensor whose values were not all kept, evenly spaced in C order; None where there are none.

        A flight recorder removes those of older iterations, too.

        Raises:
            DamagedLog: they can't be read.
        """
        self.layout_of(tensor)
        row = self.tensors[tensor]
        sampled = int(row["offset"]) - 1
        if int(row["segment"]) != NOT_CAPTURED or sampled < 0:
            return None
        if sampled >= tensor:
            raise DamagedLog(f"{self.directory}: tensor {tensor} is damaged: its sample is tensor {sampled}")
        return None if self.why_not_captured(sampled) else self.array(sampled)

    def layout_of(self, tensor: int) -> LayoutDefinition:
        """dtype, shape and device of a tensor.

        Raises:
            DamagedLog: the log has no such tensor, or not its layout.
        """
        if not 0 <= tensor < self.tensor_count:
            raise DamagedLog(f"{self.directory}: tensor {tensor} is missing: the log has {self.tensor_count}")
        layout = int(self.tensors["layout"][tensor])
        if layout >= len(self.layouts):
            raise DamagedLog(f"{self.directory}: tensor {tensor} is damaged: it has an unknown layout")
        return self.layouts[layout]

    def array(self, tensor: int) -> np.ndarray:
        """The content of a tensor, read-only: a small one as a copy, a big one as a view of the mapped file.

        Raises:
            NotCaptured: its bytes were not kept; the message says why.
            DamagedLog: they can't be read.
        """
        array = self._mapped(tensor)
        if array.nbytes <= _COPIED_BYTES:
            # What is on the screen is drawn again and again, also after something has cut the file off.
            array = array.copy()
            array.flags.writeable = False
        return array

    def stack(self, tensors: np.ndarray) -> np.ndarray:
        """The contents of many tensors of one layout, copied into one array with an axis before theirs.

        Args:
            tensors: their rows, at least one.

        Raises:
            NotCaptured: the bytes of one were not kept.
            DamagedLog: one can't be read, or has another layout.
        """
        for tensor in (int(tensors.min()), int(tensors.max())):
            self.layout_of(tensor)  # raises where there is no such tensor
        records = self.tensors[tensors]
        like = self._mapped(int(tensors[0]))
        if (records["layout"] != records["layout"][0]).any():
            raise DamagedLog(f"{self.directory}: tensors of several layouts don't fit on each other")
        stacked = np.empty((len(tensors), *like.shape), like.dtype)
        if not like.size:
            return stacked
        flat = stacked.reshape(len(tensors), like.size)
        offsets = records["offset"].astype(np.int64)
        if offsets.min() < 0:
            raise DamagedLog(f"{self.directory}: a tensor is damaged: no file is so long")
        for number in dict.fromkeys(records["segment"].tolist()):
            mine = np.flatnonzero(records["segment"] == number)
            furthest = mine[offsets[mine].argmax()]
            self._mapped(int(tensors[furthest]))  # raises where the segment doesn't reach so far
            data = self._segment(int(tensors[furthest]), number, int(offsets[furthest]) + like.nbytes)
            # Every array that begins at any byte of the segment, one a row: only those that are asked for are read.
            every = np.ndarray(
                (len(data) - like.nbytes + 1, like.size), like.dtype, data, strides=(1, like.itemsize)
            )
            flat[mine] = every[offsets[mine]]
        return stacked

    def check(self, tensor: int) -> None:
        """See to it that `array` would answer, without reading the bytes; raises like it."""
        self._mapped(tensor)

    # ---- the rest is ours -------------------------------------------------------------------------------------

    def _grow_tensors(self) -> None:
        self._tensor_records.follow()
        self._statistics.follow()

    @property
    def _tensor_problem(self) -> str:
        if self._tensor_records.loose_bytes:
            return f"later tensors are lost: {TENSOR_INDEX_FILE} ends in the middle of a record"
        if self._statistics.loose_bytes:
            return f"later statistics are lost: {TENSOR_STATISTICS_FILE} ends in the middle of a record"
        lost = len(self._tensor_records.array) - len(self._statistics.array)
        if lost > 0 and self._has_statistics:  # they are written first
            return f"{TENSOR_STATISTICS_FILE} is cut off: the statistics of {lost} tensors are lost"
        return ""

    def _mapped(self, tensor: int) -> np.ndarray:
        layout = self.layout_of(tensor)
        row = self.tensors[tensor]
        number, offset = int(row["segment"]), int(row["offset"])
        if number == NOT_CAPTURED:
            raise NotCaptured(f"not captured, because {layout.why_not_captured or 'the log gives no reason'}")
        shape = tuple(layout.shape)
        if not _DTYPE.fullmatch(layout.dtype) or any(size < 0 for size in shape) or len(shape) > 64:
            raise DamagedLog(f"{self.directory}: tensor {tensor} is damaged: {layout.dtype} of shape {shape}")
        try:
            dtype = np.dtype(layout.dtype)
        except TypeError as error:
            raise DamagedLog(f"{self.directory}: tensor {tensor} is damaged: dtype {layout.dtype}") from error
        count = math.prod(shape)
        if count == 0 or dtype.itemsize == 0:
            try:
                empty = np.empty(shape, dtype)
            except ValueError as error:
                raise DamagedLog(f"{self.directory}: tensor {tensor} is damaged: {error}") from error
            empty.flags.writeable = False
            return empty
        data = self._segment(tensor, number, offset + count * dtype.itemsize)
        return np.frombuffer(data, dtype, count, offset).reshape(shape)

    def _segment(self, tensor: int, number: int, end: int) -> mmap.mmap:
        data = self._segments.get(number)
        if data is None or len(data) < end or not is_whole(data):
            path = self.directory / segment_file(number)
            try:
                size = path.stat().st_size
            except OSError as error:
                self._definitions.grow()  # a flight recorder may have dropped it a moment ago
                if why := self._why_dropped(number):
                    raise NotCaptured(f"not captured, because {why}") from error
                raise DamagedLog(f"{path}: tensor {tensor} is lost: {error.strerror}") from error
            found = map_file(path, size) if size >= end else None
            if found is None and (why := why_unreadable(path)):
                raise DamagedLog(f"{path}: tensor {tensor} can't be read: {why}")
            if found is None:
                raise DamagedLog(f"{path}: tensor {tensor} is cut off: the file has {size} bytes of {end}")
            while len(self._segments) >= _MAX_SEGMENT_MAPS:
                self._segments.pop(next(iter(self._segments)))
            data = self._segments[number] = found
        return data

    def _why_dropped(self, segment: int) -> str:
        """Why a segment isn't there any more; "" if it should be."""
        while self._dropped_seen < len(self.dropped):
            found = self.dropped[self._dropped_seen]
            self._why_of_segment[found.segment] = found.why or "the log gives no reason"
            self._dropped_seen += 1
        return self._why_of_segment.get(segment, "")
