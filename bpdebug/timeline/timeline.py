"""A recorded run, finished or still growing, as the screen, the command line and the exports see it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import DamagedLog
from ..log.records import RunFinishedBody
from ..stepping import Breakpoint
from ..text import clean
from .capture import CaptureHistory
from .curves import Curves
from .graph import Graphs
from .latest import Latest
from .ledger import Ledger
from .moment import Moment
from .moments import make_moment
from .moves import Move, make_move
from .names import Names
from .output import Output
from .overview import Overview
from .parameters import parameters_at
from .rows import RowModel
from .source_lines import SourceLines
from .states import Curve, OutputLine, ParameterState
from .updates import RecentUpdates

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from ..rerun import OpRunner
    from .recorded import RecordedEvents
    from .stops import Hits, RecordedStops

__all__ = ["Timeline"]

_EMPTY = "the log holds no event"
_MOMENTS_KEPT = 64
_BREAKPOINTS_KEPT = 100
"""So many breakpoints' hits are remembered."""
_STOPS_KEPT = 100
"""So many sets of breakpoints keep what was searched for them: one each is counted for the list of stops."""


class Timeline:
    """Positions are event numbers (seq), 0 to `len - 1`.

    Attributes:
        reader: the log.
        live: whether a child process may still add events; its owner sets it.
        runner: computes recorded ops again; its owner sets it, None where nothing can.
        names: resolves the numbers in index records and bodies to clean text.
        updates: the latest updates of each parameter.
        overview: the whole run in one line.
        captures: which capture policy was followed at an event.
        source_lines: lines of the script as places to stop at.
    """

    def __init__(self, reader: LogReader) -> None:
        self.reader = reader
        self.live = False
        self.runner: OpRunner | None = None
        self.names = Names(reader)
        self.captures = CaptureHistory(self.names)
        self._latest = Latest(reader)
        self._ledger = Ledger(reader)
        self._curves = Curves(self.names, self._ledger)
        self._output = Output(self.names, self._ledger)
        self._rows: RowModel | None = None
        self._graphs: Graphs | None = None
        self.updates = RecentUpdates(self.names)
        self.overview = Overview(self.names)
        self._moments: OrderedDict[int, Moment] = OrderedDict()
        self.source_lines = SourceLines(reader)
        self._recorded: RecordedEvents | None = None
        self._stops: OrderedDict[tuple[Breakpoint, ...], RecordedStops] = OrderedDict()
        self._hits: dict[Breakpoint, Hits] = {}

    def __len__(self) -> int:
        return len(self.reader)

    def refresh(self) -> bool:
        """Take in what the log got since; True if there are new events."""
        if not self.reader.refresh():
            return False
        if self._rows is not None:
            self._rows.refresh()
        return True

    @property
    def rows(self) -> RowModel:
        """The Timeline pane's rows; one model, made when first asked for."""
        if self._rows is None:
            self._rows = RowModel(self.names)
        return self._rows

    @property
    def graphs(self) -> Graphs:
        """The computational graphs of the iterations; they follow the log by themselves."""
        if self._graphs is None:
            self._graphs = Graphs(self.names)
        return self._graphs

    def move(self, seq: int, name: str, breakpoints: Sequence[Breakpoint] = (), count: int = 1) -> Move:
        """Where `count` moves `name` (a key of `moves.MOVES`) from event `seq` lead.

        Raises:
            KeyError: there is no such move.
            IndexError: there is no such event.
            Unfinished: the stops have a deadline, and it has passed.
        """
        if not 0 <= seq < len(self):
            raise IndexError(f"event {seq} of {len(self)}")
        return make_move(
            self.reader, seq, name, live=self.live, stops=self.stops_of(breakpoints), count=count
        )

    def stops_of(self, breakpoints: Sequence[Breakpoint]) -> RecordedStops:
        """Where these breakpoints stop in the log; what was found once is remembered."""
        wanted = tuple(breakpoints)
        stops = self._stops.get(wanted)
        if stops is None:
            if len(self._hits) > _BREAKPOINTS_KEPT:
                self._hits.clear()
                self._stops.clear()
            # Only now: it brings the language of conditions, and the first frame shouldn't wait for that.
            from .stops import RecordedStops

            stops = self._stops[wanted] = RecordedStops(self.recorded, wanted, self._hits)
            if len(self._stops) > _STOPS_KEPT:
                self._stops.popitem(last=False)
        else:
            self._stops.move_to_end(wanted)
        return stops

    @property
    def recorded(self) -> RecordedEvents:
        """The events as conditions see them."""
        if self._recorded is None:
            from .recorded import RecordedEvents

            self._recorded = RecordedEvents(self.reader)
        return self._recorded

    def moment(self, seq: int) -> Moment:
        """All that event `seq` says.

        An event whose body can't be read gives a moment that says so, with what the index knows.

        Raises:
            IndexError: there is no such event.
        """
        if not 0 <= seq < len(self):
            raise IndexError(f"event {seq} of {len(self)}")
        moment = self._moments.get(seq)
        if moment is None:
            moment = self._moments[seq] = make_moment(self.names, self._latest, seq)
            if len(self._moments) > _MOMENTS_KEPT:
                self._moments.popitem(last=False)
        else:
            self._moments.move_to_end(seq)
        return moment

    def parameters(self, seq: int) -> list[ParameterState]:
        """Every parameter as it is right after event `seq`, in the order in which the run met them."""
        return parameters_at(self.names, self._latest, seq)

    def look_for_reports(self, events: int) -> bool:
        """Look through so many more events for reports; True if `curves` will answer at once."""
        return self._ledger.look_through(events)

    def curves(self) -> list[Curve]:
        """What was reported over the whole log, losses first."""
        return self._curves.all()

    def output_until(self, seq: int, limit: int = 1000) -> list[OutputLine]:
        """What the script had printed by event `seq`, in its last `limit` prints; oldest line first."""
        return self._output.until(seq, limit)

    def why_stopped(self) -> str:
        """Why recording stopped before the run was over; "" where it didn't, or hasn't yet."""
        return "" if self.reader.finished else clean(self.reader.why_stopped)

    def reason_for_end(self) -> str:
        """Why the log ends where it does, in words; "" while a live child may go on."""
        if not self.live and (why := self.why_stopped()):
            return f"recording stopped, and the script went on: {why}"
        if not self.live and self.reader.being_written:
            return "being written"
        if not len(self):
            return "" if self.live else self.reader.problem or self._how_ended() or _EMPTY
        if self.reader.finished:
            try:
                body = self.reader.body(len(self) - 1)
            except DamagedLog:
                return "the run ended"
            assert isinstance(body, RunFinishedBody)
            reason = clean(body.reason) or "the run ended"
            return f"{reason} (exit status {body.status})" if body.status else reason
        if self.live:
            return ""
        killed = "the log ends here: the run was killed, or it is still being written"
        return self.reader.problem or self._how_ended() or killed

    def why_empty(self) -> str:
        """That the log holds no event, and why, as far as that is known."""
        known = "" if self.live else self.why_stopped() or self.reader.problem or self._how_ended()
        return f"{_EMPTY}: {known}" if known else _EMPTY

    def _how_ended(self) -> str:
        return clean(self.reader.how_ended)

    def value_before_change(self, breakpoint_: Breakpoint, seq: int) -> str:
        """What a breakpoint that watches a value for changes from event `seq` on compares with at first."""
        from .stops import Hits

        return Hits(self.recorded, breakpoint_).last_key(seq)
