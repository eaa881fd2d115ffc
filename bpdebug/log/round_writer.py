"""Puts on the disk what the training left since the last time: a round."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

from .contents import Taken
from .contents_writer import ContentsWriter
from .interning import Interning
from .late_events import LateEvents, Waiting
from .late_flags import with_nonfinite
from .pending_events import PendingEvents, PendingEventsInPython
from .refused_portion import RefusedPortion, is_for_want_of_room
from .run_files import Portion, RunFiles
from .tensor_rows import TensorRows
from .tensor_store import TensorStore
from .turns import TurnsInPython

__all__ = ["Round", "RoundWriter"]


class Round(NamedTuple):
    """What is to be written, taken while nothing is added: what is referred to was taken after what refers to it.

    Attributes:
        events: for `PendingEvents.portions`.
        definitions: lines.
        late: of `events`, those to be completed.
        dropping: segments to be removed.
        end: so many events the run has; None: that isn't known yet.
    """

    events: Any
    definitions: list[bytes]
    tensors: Taken
    late: deque[Waiting]
    dropping: list[int]
    end: int | None


class RoundWriter:
    """The files of a run, for its writing thread: what is referred to is on disk before what refers to it.

    Args:
        files: of the run, but for its segments.
        contents: its segments.
        pending: where its events come from.
        late: what completes some of them.
        store: where its tensors come from.
        interning: where its definitions come from.
    """

    def __init__(
        self,
        files: RunFiles,
        contents: ContentsWriter,
        pending: PendingEvents,
        late: LateEvents,
        store: TensorStore,
        interning: Interning,
    ) -> None:
        self._files = files
        self._contents = contents
        self._pending = pending
        self._late = late
        self._store = store
        self._interning = interning
        # Of the twin's many portions each is encoded when the one before it is written.
        self._in_one = type(pending) is not PendingEventsInPython

    def write(self, what: Round, turns: TurnsInPython, rest_s: Callable[[], float]) -> None:
        """Write a round.

        Args:
            turns: given back as soon as nothing more is taken from what the training made.
            rest_s: so long to wait for the next turn, once this round is written.

        Raises:
            OSError: the disk is full or gone; what fits is written.
        """
        rows = what.tensors.rows
        if what.tensors.takes_long:
            turns.taken()
        refused = self._contents.write(what.tensors)
        portion = Portion(rows.statistics, rows.records, b"".join(what.definitions))
        for encoded, index in self._pending.portions(what.events):
            if self._store.nonfinite_rows:
                index = with_nonfinite(encoded, index, self._store.nonfinite_rows)
            bodies, records = self._late.completed(what.late, encoded, index)
            portion = portion._replace(bodies=bodies, event_records=records)
            if what.end is not None:
                portion = portion.of_events(what.end - self._files.reached.events)
            self._append(portion, rows, refused, turns, rest_s() if self._in_one else 0.0)
            portion = Portion()
        if any(portion):
            self._append(portion, rows, refused, turns, rest_s())
        self._contents.write_little()
        for segment in what.dropping:
            self._contents.remove(segment)

    def _append(
        self, portion: Portion, rows: TensorRows, refused: OSError | None, turns: TurnsInPython, rest_s: float
    ) -> None:
        """Write a portion; of one that there is no room for, what fits.

        Args:
            rows: of its round.
            refused: why some of what they stand for was not written.
            rest_s: so long to wait behind it.

        Raises:
            OSError: not all was written.
        """
        try:
            if refused is not None:
                raise refused
            before = self._contents.take_little()
            self._files.append(portion, turns, rest_s, before)
            self._contents.little_is_written()
        except OSError as error:
            if is_for_want_of_room(error):
                self._contents.close()  # what is in a file has its true size then
                first_row = rows.first if portion.tensor_records else rows.end
                layouts = self._interning.layouts
                RefusedPortion(portion, first_row, self._files, layouts).keep_what_fits(error)
            raise
