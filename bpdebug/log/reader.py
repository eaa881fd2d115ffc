"""Reads a run directory: finished, still growing, cut off or damaged.

Only whole index records whose bodies are there count as events, so a run that was killed opens at its last whole
event. Damage elsewhere is an error about that one event or tensor (`DamagedLog`), never about the run.
"""

from __future__ import annotations

import bisect
import contextlib
import difflib
import os
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import numpy as np

from ..errors import AddressError, DamagedLog, LogError
from .address import format_address, readings
from .being_written import is_being_written
from .definitions import Definitions
from .mapped import MappedRecords
from .recorded_tensors import RecordedTensors
from .records import Event
from .regular_file import open_regular, why_unreadable
from .run_file import read_run_file
from .schema import (
    DEFINITIONS_FILE,
    EVENT_INDEX,
    EVENT_INDEX_FILE,
    EVENTS_FILE,
    NOTHING,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS_FILE,
    Kind,
    Phase,
)

__all__ = ["LogReader"]

_MAX_NEAR_EVENTS = 20_000
_WITH_STATISTICS = 2
"""The schema from which on there are statistics of tensors."""
_decode_event = msgspec.json.Decoder(Event).decode
_KINDS = frozenset(Kind)
_PHASES = frozenset(Phase)
_KIND_NUMBERS = [int(kind) for kind in Kind]
_PHASE_NUMBERS = [int(phase) for phase in Phase]


class LogReader(RecordedTensors):
    """A run directory, open for reading; also a context manager.

    Args:
        directory: of the run.

    Raises:
        NotALog: there is no run in it.
        NewerLog: the run has a schema that this version doesn't know.
    """

    def __init__(self, directory: str | os.PathLike[str]) -> None:
        path = Path(directory)
        self.run = read_run_file(path)
        super().__init__(path, Definitions(path / DEFINITIONS_FILE), self.run.schema >= _WITH_STATISTICS)
        self._events = MappedRecords(self.directory / EVENT_INDEX_FILE, EVENT_INDEX)
        self.texts = self._definitions.texts
        self.scopes = self._definitions.scopes
        self.ops = self._definitions.ops
        self.sources = self._definitions.sources
        self.sites = self._definitions.sites
        self.variables = self._definitions.variables
        self.threads = self._definitions.threads
        self._index: np.ndarray = self._events.array
        self._bodies_file = -1
        self._bodies_bytes = 0
        self._bodies_missing = 0
        self.refresh()

    @property
    def index(self) -> np.ndarray:
        """One row of `schema.EVENT_INDEX` an event. In a damaged log, rows may hold any numbers: `body` tells.

        Raises:
            DamagedLog: the file was cut off while it was open.
        """
        self._whole_records()
        return self._index

    # ---- as a whole -------------------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Look at the files again; whether there are more events than before.

        Raises:
            DamagedLog: the index was cut off while it was open.
        """
        before = len(self._index)
        # What an event needs was written before its index record, so the index is measured first.
        self._events.grow()
        self._measure_bodies()
        self._grow_tensors()
        self._definitions.grow()
        rows = self._whole_records()
        whole = self._count_whole(rows)
        self._bodies_missing = len(rows) - whole
        self._index = rows[:whole]
        return whole > before

    def __len__(self) -> int:
        return len(self._index)

    @property
    def finished(self) -> bool:
        """Whether the run ended in an orderly way."""
        return len(self.index) > 0 and int(self.index["kind"][-1]) == Kind.run_finished

    @property
    def being_written(self) -> bool:
        """Whether a process writes the run right now, so that there may be more events; it is looked up anew."""
        return not self.finished and is_being_written(self.directory)

    @property
    def why_stopped(self) -> str:
        """Why recording stopped before the run was over; empty where it didn't, or hasn't yet. It is looked up anew."""
        with contextlib.suppress(LogError):
            self.run = read_run_file(self.directory)
        return self.run.stopped

    @property
    def how_ended(self) -> str:
        """How the process ended where it couldn't say so itself; empty where that isn't known. It is looked up anew."""
        with contextlib.suppress(LogError):
            self.run = read_run_file(self.directory)
        return self.run.ended

    @property
    def problem(self) -> str:
        """One line about what is cut off or damaged; empty where nothing is."""
        if unreadable := self._unreadable_file():
            return unreadable
        if self._bodies_missing:
            return f"{EVENTS_FILE} is cut off: {self._bodies_missing} events of {len(self._events.array)} are lost"
        if self._definitions.problem:
            return self._definitions.problem
        if self._events.loose_bytes:
            return f"events from {len(self)} on are lost: {EVENT_INDEX_FILE} ends in the middle of a record"
        return self._tensor_problem

    def close(self) -> None:
        """Let go of the files; arrays that were handed out stay valid."""
        if self._bodies_file >= 0:
            os.close(self._bodies_file)
            self._bodies_file = -1
        self._segments.clear()

    def __enter__(self) -> LogReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        with contextlib.suppress(Exception):
            self.close()

    # ---- events -----------------------------------------------------------------------------------------------

    def body(self, seq: int) -> Event:
        """What event `seq` holds beside its index record.

        Raises:
            DamagedLog: it can't be read, isn't what the schema says, or its index record makes no sense.
            IndexError: there is no such event.
        """
        row = self._row(seq)
        offset, length = int(row["offset"]), int(row["length"])
        fault = self._fault_in(row)
        if not fault and offset + length > self._bodies_bytes:
            fault = f"its body should end at byte {offset + length} of {EVENTS_FILE}"
        if fault:
            raise DamagedLog(f"{self.directory}: event {seq} is damaged: {fault}")
        try:
            line = os.pread(self._bodies_file, length, offset)
            event = _decode_event(line)
        except (OSError, msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise DamagedLog(f"{self.directory}: event {seq} is damaged: {error}") from error
        kind = Kind(int(row["kind"])).name
        if event.__struct_config__.tag != kind:
            found = event.__struct_config__.tag
            raise DamagedLog(f"{self.directory}: event {seq} is damaged: its body is {found}, not {kind}")
        return event

    def bodies(self, offset: int, size_bytes: int) -> bytes:
        """A stretch of the file of bodies; shorter, or empty, where it can't be read."""
        try:
            return os.pread(self._bodies_file, size_bytes, offset)
        except (OSError, OverflowError):
            return b""

    def address(self, seq: int) -> str:
        """What a person types to name event `seq`.

        Raises:
            DamagedLog: its index record makes no sense.
            IndexError: there is no such event.
        """
        row = self._row(seq)
        fault = self._fault_in(row)
        if fault:
            raise DamagedLog(f"{self.directory}: event {seq} is damaged: {fault}")
        return self._address_of(row)

    def find(self, address: str) -> int:
        """The seq of the event with this address.

        Raises:
            AddressError: there is none; the message names near ones.
        """
        for reading in readings(address):
            scope = NOTHING if reading.scope is None else self._id_of_scope(reading.scope)
            if scope is None or reading.label not in self.texts:
                continue
            label = self.texts.index(reading.label)
            start, stop = self._events_of_iteration(reading.iteration)
            rows = self.index[start:stop]
            found = np.flatnonzero(
                (rows["label"] == label)
                & (rows["phase"] == reading.phase)
                & (rows["scope"] == scope)
                & (rows["ordinal"] == reading.ordinal)
            )
            if len(found):
                return start + int(found[0])
        raise AddressError(self._no_such_address(address))

    def sound(self, rows: np.ndarray) -> np.ndarray:
        """For each of some index records, whether all that it refers to is there."""
        good = np.isin(rows["kind"], _KIND_NUMBERS) & np.isin(rows["phase"], _PHASE_NUMBERS)
        good &= (rows["label"] < len(self.texts)) & (rows["thread"] < len(self.threads))
        whole = len(self.index)
        for field, count in (
            ("scope", len(self.scopes)),
            ("site", len(self.sites)),
            ("partner", whole),
            ("parent", whole),
        ):
            good &= (rows[field] == NOTHING) | (rows[field] < count)
        return good

    # ---- the rest is ours -------------------------------------------------------------------------------------

    def _unreadable_file(self) -> str:
        """The first of the files that every run has and that can't be read, and why; empty where all can."""
        names = [EVENT_INDEX_FILE, EVENTS_FILE, DEFINITIONS_FILE, TENSOR_INDEX_FILE]
        if self._has_statistics:
            names.append(TENSOR_STATISTICS_FILE)
        for name in names:
            if why := why_unreadable(self.directory / name):
                return f"{name} can't be read: {why}"
        return ""

    def _whole_records(self) -> np.ndarray:
        """The event records, after a look at whether the file still holds them."""
        if not self._events.whole:
            raise DamagedLog(f"{self.directory}: {EVENT_INDEX_FILE} was cut off while it was being read")
        return self._events.array

    def _row(self, seq: int) -> Any:
        if not 0 <= seq < len(self.index):
            raise IndexError(f"event {seq}: the log has events 0 to {len(self.index) - 1}")
        return self.index[seq]

    def _fault_in(self, row: Any) -> str:
        """What is wrong with an index record; empty if nothing is."""
        if int(row["kind"]) not in _KINDS:
            return f"unknown kind {int(row['kind'])}"
        if int(row["phase"]) not in _PHASES:
            return f"unknown phase {int(row['phase'])}"
        if int(row["label"]) >= len(self.texts):
            return "its label is missing"
        for field, items in (("scope", self.scopes), ("site", self.sites)):
            if int(row[field]) != NOTHING and int(row[field]) >= len(items):
                return f"its {field} is missing"
        if int(row["thread"]) >= len(self.threads):
            return "its thread is missing"
        for field in ("partner", "parent"):
            if int(row[field]) != NOTHING and int(row[field]) >= len(self.index):
                return f"its {field} is missing"
        return ""

    def _address_of(self, row: Any) -> str:
        scope = int(row["scope"])
        return format_address(
            int(row["iteration"]),
            int(row["phase"]),
            None if scope == NOTHING else self.scopes[scope].path,
            self.texts[int(row["label"])],
            int(row["ordinal"]),
        )

    def _measure_bodies(self) -> None:
        if self._bodies_file < 0:
            try:
                self._bodies_file = open_regular(self.directory / EVENTS_FILE)
            except OSError:
                return
        self._bodies_bytes = os.fstat(self._bodies_file).st_size

    def _count_whole(self, rows: np.ndarray) -> int:
        """How many events have their bodies; bodies are in the order of events."""
        if not len(rows) or _end(rows[-1]) <= self._bodies_bytes:
            return len(rows)
        ends = rows["offset"] + rows["length"]
        whole = np.flatnonzero(ends <= self._bodies_bytes)
        return int(whole[-1]) + 1 if len(whole) else 0

    def _id_of_scope(self, path: str) -> int | None:
        return next((i for i, scope in enumerate(self.scopes) if scope.path == path), None)

    def _events_of_iteration(self, iteration: int) -> tuple[int, int]:
        """First seq of an iteration, and one after its last; iterations never fall."""
        column = self.index["iteration"]
        places = range(len(column))
        start = bisect.bisect_left(places, iteration, key=lambda i: int(column[i]))
        stop = bisect.bisect_right(places, iteration, lo=start, key=lambda i: int(column[i]))
        return start, stop

    def _no_such_address(self, address: str) -> str:
        if not len(self.index):
            return f"{address}: the log has no events yet"
        reading = next(readings(address), None)
        if reading is None:
            example = self._some_address()
            return (
                f"{address}: an address looks like it0/forward/MLP.l1/linear\n"
                f"(iteration, phase, scope, label, ~2 for the second){example}"
            )
        start, stop = self._events_of_iteration(reading.iteration)
        if start == stop:
            last = int(self.index["iteration"][-1])
            return f"{address}: the log has iterations 0 to {last}"
        names = []
        for seq in range(start, min(stop, start + _MAX_NEAR_EVENTS)):
            row = self.index[seq]
            if not self._fault_in(row):
                names.append(self._address_of(row))
        near = difflib.get_close_matches(address, dict.fromkeys(names), 3, 0.5)
        hint = f".\nNear it: {', '.join(near)}" if near else ""
        return f"{address}: no event has this address{hint}"

    def _some_address(self) -> str:
        row = self.index[len(self.index) // 2]
        return "" if self._fault_in(row) else f", such as {self._address_of(row)}"


def _end(row: Any) -> int:
    return int(row["offset"]) + int(row["length"])
