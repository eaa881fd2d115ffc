"""What of the last portion of a run is kept where the disk has no room for all of it: whole events, the first ones.

With them goes what they refer to, and nothing else: rows and definitions come in the order in which they were made, so
that a number of events needs a number of each. How many fit is found by trying, because limits are of many kinds: of a
file, of a user, of the disk. Where the room is shared, what tensors took in vain is given back first.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import math
import os
from collections.abc import Sequence

import msgspec
import numpy as np

from .definition_records import (
    Definition,
    LayoutDefinition,
    ScopeDefinition,
    SiteDefinition,
    TextDefinition,
    ThreadDefinition,
    VariableDefinition,
)
from .records import Event, ForwardBody
from .references import definitions_of, tensors_of
from .run_files import Portion, RunFiles
from .schema import (
    EVENT_INDEX,
    NOT_CAPTURED,
    TENSOR_INDEX,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS,
    segment_file,
)

__all__ = ["RefusedPortion", "is_for_want_of_room"]

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_STEP = 16
"""Each try is with so many parts fewer by one."""
_decode_event = msgspec.json.Decoder(Event).decode
_decode_definition = msgspec.json.Decoder(Definition).decode


def is_for_want_of_room(error: OSError) -> bool:
    """Whether less might have been written: the disk is full, or a limit is reached."""
    return error.errno in _NO_ROOM


class RefusedPortion:
    """A portion that the files of a run did not take as a whole.

    Args:
        portion: with whole bodies and records.
        first_row: the number of the first tensor in it.
        files: of the run; nothing of the portion that they may have taken counts.
        layouts: of the run.
    """

    def __init__(
        self, portion: Portion, first_row: int, files: RunFiles, layouts: Sequence[LayoutDefinition]
    ) -> None:
        self._portion = portion
        self._first_row = first_row
        self._files = files
        self._before = self._reached = files.reached
        self._kept = 0
        self._rows = np.frombuffer(portion.tensor_records, TENSOR_INDEX)
        self._events = np.frombuffer(portion.event_records, EVENT_INDEX)
        self._lines = portion.definitions.splitlines(keepends=True)
        self._line_ends = [0, *itertools.accumulate(map(len, self._lines))]
        self._body_ends = [0, *itertools.accumulate(self._events["length"].tolist())]
        self._sizes = _sizes(layouts)
        self._look_at_references()

    def keep_what_fits(self, error: OSError) -> None:
        """Let the files have as many events as they take, after `error`.

        Raises:
            OSError: they can't be written at all, not even less.
        """
        shared = error.errno != errno.EFBIG
        self._keep_what_is_seen()
        too_many = self._whole_events() + 1
        less, some_fit = 1, False
        while self._kept + 1 < too_many:
            if shared and not some_fit:  # in small steps, as bytes of tensors that are cut off are lost
                count = max(too_many - less, self._kept + 1)
            else:
                count = (self._kept + too_many) // 2
            refused = self._try(count, shared)
            if refused is not None:
                shared = shared or refused.errno != errno.EFBIG
                too_many, less = count, max(1, count // _STEP)
                continue
            some_fit = True
            if shared:
                too_many = min(too_many, self._first_event_with_more_rows(count))
        self._files.cut(self._reached)

    def _try(self, count: int, shared: bool) -> OSError | None:
        """Write so many events, those that are kept already among them; gives why they were refused."""
        self._files.cut(self._reached)
        if shared:
            self._cut_segments(self._needed(count)[0])
        try:
            self._files.append(self._between(self._kept, count))
        except OSError as refused:
            if not is_for_want_of_room(refused):
                raise
            self._keep_what_is_seen()
            return refused
        self._keep(count)
        return None

    def _keep_what_is_seen(self) -> None:
        """Events that have their records are whole, and others have seen them: never less than that is kept."""
        self._keep(max(self._kept, self._files.events_to_be_seen - self._before.events))

    def _keep(self, count: int) -> None:
        self._kept = count
        self._reached = self._before.behind(self._between(0, count))

    def _between(self, first: int, stop: int) -> Portion:
        """The events from `first` on, and what they need that those before it don't."""
        (first_row, first_line), (stop_row, stop_line) = self._needed(first), self._needed(stop)
        statistics, records, definitions, bodies, events = self._portion

        def cut(data: bytes, dtype: np.dtype, begin: int, end: int) -> bytes:
            return data[begin * dtype.itemsize : end * dtype.itemsize]

        return Portion(
            cut(statistics, TENSOR_STATISTICS, first_row, stop_row),
            cut(records, TENSOR_INDEX, first_row, stop_row),
            definitions[self._line_ends[first_line] : self._line_ends[stop_line]],
            bodies[self._body_ends[first] : self._body_ends[stop]],
            cut(events, EVENT_INDEX, first, stop),
        )

    # ---- what needs what --------------------------------------------------------------------------------------

    def _look_at_references(self) -> None:
        """How many rows and lines each event, line and row needs, together with those before it."""
        line_of: dict[tuple[type, int], int] = {}
        rows_of_lines = [0]
        for number, line in enumerate(self._lines, 1):
            definition = _decode_definition(line)
            line_of[type(definition), definition.id] = number
            first = definition.first if isinstance(definition, VariableDefinition) else None
            rows_of_lines.append(0 if first is None else first + 1 - self._first_row)
        lines_of_rows = [
            0,
            *(line_of.get((LayoutDefinition, row), 0) for row in self._rows["layout"].tolist()),
        ]
        rows_of_events, lines_of_events = [0], [0]
        heads = zip(*(self._events[name].tolist() for name in _HEAD), strict=True)
        for line, head in zip(self._portion.bodies.splitlines(), heads, strict=True):
            body = _decode_event(line)
            tensors = tensors_of(body)
            if isinstance(body, ForwardBody):
                tensors = [*tensors, body.rng_state]
            needed = [*zip(_HEAD.values(), head, strict=True), *definitions_of(body)]
            rows_of_events.append(
                max((one for one in tensors if one is not None), default=-1) + 1 - self._first_row
            )
            lines_of_events.append(max(line_of.get(one, 0) for one in needed))
        self._rows_of_lines = _up_to_now(rows_of_lines)
        self._lines_of_rows = _up_to_now(lines_of_rows)
        self._rows_of_events = _up_to_now(rows_of_events)
        self._lines_of_events = _up_to_now(lines_of_events)

    def _needed(self, count: int) -> tuple[int, int]:
        """Rows and lines that so many events need, and that these need among each other."""
        rows, lines = self._rows_of_events[count], self._lines_of_events[count]
        while True:
            more_rows = max(rows, self._rows_of_lines[lines])
            more_lines = max(lines, self._lines_of_rows[min(more_rows, len(self._rows))])
            if (more_rows, more_lines) == (rows, lines):
                return rows, lines
            rows, lines = more_rows, more_lines

    def _first_event_with_more_rows(self, count: int) -> int:
        rows, _ = self._needed(count)
        while count <= len(self._events) and self._needed(count)[0] <= rows:
            count += 1
        return count

    # ---- bytes of tensors -------------------------------------------------------------------------------------

    def _whole_events(self) -> int:
        """So many events from the first one on have the bytes of all their tensors on disk."""
        on_disk: dict[int, int] = {}
        whole = 0
        for row, end in zip(self._rows, _ends(self._rows, self._sizes).tolist(), strict=True):
            segment = int(row["segment"])
            if segment not in on_disk:
                on_disk[segment] = self._segment_size(segment)
            if not row.tobytes().strip(b"\0") or end > on_disk[segment]:  # nobody came to fill it in
                break
            whole += 1
        count = 0
        while count < len(self._events) and self._needed(count + 1)[0] <= whole:
            count += 1
        return count

    def _segment_size(self, segment: int) -> int:
        if segment == NOT_CAPTURED:
            return 0
        try:
            return (self._files.directory / segment_file(segment)).stat().st_size
        except OSError:
            return 0

    def _cut_segments(self, rows: int) -> None:
        """Give back what the bytes of later tensors take."""
        before = _rows_on_disk(self._files, self._first_row)
        for segment in np.unique(self._rows["segment"][rows:]).tolist():
            if segment == NOT_CAPTURED:
                continue
            needed = 0
            for some in (before, self._rows[:rows]):
                ends = _ends(some[some["segment"] == segment], self._sizes)
                needed = max(needed, int(ends.max(initial=0)))
            if needed < self._segment_size(segment):
                with contextlib.suppress(OSError):
                    _cut(self._files.directory / segment_file(segment), needed)


_HEAD = {
    "scope": ScopeDefinition,
    "label": TextDefinition,
    "site": SiteDefinition,
    "thread": ThreadDefinition,
}
"""What an index record refers to by number."""


def _up_to_now(numbers: list[int]) -> list[int]:
    return list(itertools.accumulate(numbers, max))


def _sizes(layouts: Sequence[LayoutDefinition]) -> np.ndarray:
    """Bytes of a tensor of each layout, as far as there are any."""
    sizes = np.zeros(len(layouts), np.int64)
    for number in range(len(sizes)):
        with contextlib.suppress(TypeError):
            sizes[number] = np.dtype(layouts[number].dtype).itemsize * math.prod(layouts[number].shape)
    return sizes


def _ends(rows: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Where the bytes of tensors end in their segments; 0 where there are none."""
    size = sizes[rows["layout"]]
    there = (rows["segment"] != NOT_CAPTURED) & (size > 0)
    return np.where(there, rows["offset"].astype(np.int64) + size, 0)


def _rows_on_disk(files: RunFiles, count: int) -> np.ndarray:
    path = files.directory / TENSOR_INDEX_FILE
    return np.memmap(path, TENSOR_INDEX, "r", shape=(count,)) if count else np.empty(0, TENSOR_INDEX)


def _cut(path: os.PathLike[str], size: int) -> None:
    file = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.ftruncate(file, size)
    finally:
        os.close(file)
