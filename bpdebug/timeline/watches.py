"""The values of a watched expression over the run, up to any event; and breakpoints and watches as rows of text."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..breakpoints import breakpoint_from_text, place_of
from ..conditions import Asked, condition
from ..conditions import syntax as s
from ..conditions.elementwise import has_tensor
from ..errors import ConditionError, DamagedLog
from ..log.schema import Kind
from ..stepping import Breakpoint
from ..text import clean, count_text, number
from .many_events import ManyEvents
from .portions import Portions
from .recorded import RecordedEvents
from .stops import PIECE, RecordedStops
from .unfinished import Unfinished

if TYPE_CHECKING:
    from .timeline import Timeline

__all__ = ["StopRow", "WatchValues", "sparkline", "stop_rows", "watched_at"]

_LEVELS = "▁▂▃▄▅▆▇█"
_SPARK = 24
_EMPTY = np.zeros(0)


@dataclass(frozen=True, slots=True)
class StopRow:
    """A breakpoint, a watch or a mark, as a line says it.

    Attributes:
        kind: `heading`, `breakpoint`, `watch`, `mark` or `note`.
        number: its number among its kind, from 1.
        text: what it is.
        detail: hits, value and so on.
        spark: a watch's latest values, drawn small.
        seq: the event where it was hit last, or shown; None for none.
        enabled: whether a breakpoint stops.
    """

    kind: str
    number: int = 0
    text: str = ""
    detail: str = ""
    spark: str = ""
    seq: int | None = None
    enabled: bool = True


class WatchValues:
    """What an expression is worth at the events that have a value for it; `y at MLP.l1/linear` asks of that op alone.

    A whole tensor is shown by its L2 norm. Grows with the log; what was computed is remembered.
    """

    def __init__(self, recorded: RecordedEvents, expression: str) -> None:
        self.expression = expression
        self._recorded = recorded
        watched, place = watched_at(expression)
        self._asked = condition(watched)
        self._place = place_of(place, recorded.reader, calls=False)
        node = self._asked.node
        self.is_tensor = has_tensor(node) and _is_whole(node)
        self._pieces: dict[int, tuple[int, np.ndarray, np.ndarray]] = {}
        self._portions = Portions(PIECE)

    def until(self, seq: int, count: int, deadline: float | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Events and values of the last `count` that are not after `seq`, oldest first.

        Raises:
            Unfinished: the deadline (`time.monotonic()`) has passed.
        """
        seqs, values, found = [], [], 0
        for piece in range(seq // PIECE, -1, -1):
            at, worth = self._of_piece(piece, deadline, 1 - piece / (seq // PIECE + 1))
            end = int(np.searchsorted(at, seq, side="right"))
            seqs.append(at[max(end - count + found, 0) : end])
            values.append(worth[max(end - count + found, 0) : end])
            found += len(seqs[-1])
            if found >= count:
                break
        return np.concatenate(seqs[::-1] or [_EMPTY]), np.concatenate(values[::-1] or [_EMPTY])

    def _of_piece(self, piece: int, deadline: float | None, done: float) -> tuple[np.ndarray, np.ndarray]:
        begin = piece * PIECE
        end = min(begin + PIECE, len(self._recorded.reader))
        known, at, worth = self._pieces.get(piece, (begin, np.zeros(0, np.int64), _EMPTY))
        while known < end:
            if deadline is not None and time.monotonic() > deadline:
                raise Unfinished(done)
            self._portions.begin()
            part = min(known + self._portions.size, end)
            more_at, more_worth = self._look(known, part)
            at, worth, known = np.concatenate([at, more_at]), np.concatenate([worth, more_worth]), part
            self._pieces[piece] = known, at, worth
            self._portions.end()
        return at, worth

    def _look(self, begin: int, end: int) -> tuple[np.ndarray, np.ndarray]:
        asked, recorded = self._asked, self._recorded
        index = recorded.reader.index[begin:end]
        mask = (
            np.isin(index["kind"], list(asked.kinds))
            if len(asked.kinds) < len(Kind)
            else np.ones(len(index), bool)
        )
        if asked.asked is Asked.reports:
            labels = [label for name in asked.metrics for label in recorded.reports.labels_of(name)]
            mask &= np.isin(index["label"], labels)
        mask &= self._place.matching(index)
        seqs = np.flatnonzero(mask) + begin
        if not len(seqs):
            return seqs, _EMPTY
        many = ManyEvents(recorded, seqs)
        found = many.measured("norm", asked.node) if self.is_tensor else asked.rule(many)
        return seqs[found.known], found.data[found.known].astype(np.float64)


def watched_at(text: str) -> tuple[str, Breakpoint]:
    """The expression of a watch, and the place at which it is asked.

    Raises:
        ConditionError: the expression can't be read; the column counts in `text`.
    """
    expression, at, place = text.rpartition(" at ")
    if not at:
        expression, place = text, ""
    try:
        condition(expression)
    except ConditionError as error:
        raise ConditionError(error.reason, text, error.column) from error
    if not place:
        return expression, Breakpoint()
    found = breakpoint_from_text(place)
    if not found.has_place:
        raise ConditionError(
            "a place was expected behind at, such as MLP.l1/linear", text, len(expression) + 4
        )
    return expression, found


def _is_whole(node: s.Node) -> bool:
    """Whether it stands for the elements of a tensor, rather than for a truth value about them."""
    return not (
        isinstance(node, s.Binary) and node.operator in ("and", "or", "<", "<=", ">", ">=", "==", "!=")
    ) and not (isinstance(node, s.Unary) and node.operator == "not")


def sparkline(values: Sequence[float] | np.ndarray, width: int = _SPARK) -> str:
    """The last `width` values as bars of eight heights between the least and the greatest; `!` where not finite."""
    shown = np.asarray(values, np.float64)[-width:]
    finite = shown[np.isfinite(shown)]
    if not len(shown):
        return ""
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    bars = []
    for value in shown.tolist():
        if not np.isfinite(value):
            bars.append("!")
        elif high == low:
            bars.append(_LEVELS[3])
        else:
            bars.append(_LEVELS[min(int((value / 2 - low / 2) / (high / 2 - low / 2) * 8), 7)])
    return "".join(bars)


def stop_rows(
    timeline: Timeline,
    breakpoints: Sequence[Breakpoint],
    watches: Sequence[WatchValues],
    marks: Sequence[int],
    seq: int,
    deadline: float | None = None,
    keys: tuple[str, str, str] = ("b", "B", "w"),
) -> list[StopRow]:
    """All that is set, with what it comes to at event `seq`; what takes longer than the deadline shows as `…`.

    `keys` set a breakpoint, edit one and set a watch: where there is none they are named.
    """
    rows = [StopRow("heading", text="Breakpoints")]
    rows += [
        _breakpoint_row(timeline, number, one, seq, deadline) for number, one in enumerate(breakpoints, 1)
    ]
    if not breakpoints:
        rows.append(StopRow("note", text=f"none: {keys[0]} sets one, {keys[1]} with a condition"))
    rows.append(StopRow("heading", text="Watches"))
    rows += [_watch_row(timeline, number, one, seq, deadline) for number, one in enumerate(watches, 1)]
    if not watches:
        rows.append(StopRow("note", text=f"none: {keys[2]} watches the tensor that is shown"))
    if marks:
        rows.append(StopRow("heading", text="Marked events"))
        rows += [
            StopRow("mark", number, _address(timeline, at), "", "", at) for number, at in enumerate(marks, 1)
        ]
    return rows


def _breakpoint_row(
    timeline: Timeline, number: int, one: Breakpoint, seq: int, deadline: float | None
) -> StopRow:
    notes = []
    seq_of_hit = None
    if one.enabled:
        stops: RecordedStops = timeline.stops_of([one])
        stops.deadline = deadline
        try:
            here, all_ = stops.hits(one, seq), stops.hits(one, len(timeline) - 1)
            so_far = count_text(len(timeline), "event")
            if _lacks_values(timeline, one.condition):
                so_far = f"what was kept of {so_far}"
            notes.append(f"{here:,} of {count_text(all_, 'hit')}" if all_ else f"no hit in {so_far}")
            seq_of_hit = stops.last(seq + 1, failures=False)
            if seq_of_hit is None:
                seq_of_hit = stops.first(seq + 1, failures=False)
        except Unfinished as unfinished:
            notes.append(f"counting hits … {unfinished.done:.0%}")
        finally:
            stops.deadline = None
    else:
        notes.append("disabled")
    if one.ignore:
        notes.append(f"passes {one.ignore:,} by" + (f" after event {one.since:,}" if one.since >= 0 else ""))
    if one.once:
        notes.append("once")
    return StopRow(
        "breakpoint", number, timeline.source_lines.shown(one), ", ".join(notes), "", seq_of_hit, one.enabled
    )


def _lacks_values(timeline: Timeline, text: str) -> bool:
    """Whether a condition asks for tensors, and the run doesn't keep them all: of others it is unknown if it holds."""
    if not text or timeline.captures.at(len(timeline) - 1) in ("full", ""):
        return False
    try:
        return any(isinstance(node, s.Tensor) for node in s.walk(condition(text).node))
    except ConditionError:
        return False


def _watch_row(
    timeline: Timeline, number_: int, watch: WatchValues, seq: int, deadline: float | None
) -> StopRow:
    try:
        seqs, values = watch.until(seq, _SPARK, deadline)
    except Unfinished:
        return StopRow("watch", number_, clean(watch.expression), "…")
    if not len(seqs):
        kept = " kept" if _lacks_values(timeline, watched_at(watch.expression)[0]) else ""
        return StopRow("watch", number_, clean(watch.expression), f"no value{kept} yet")
    value = number(float(values[-1])).strip()
    if watch.is_tensor:
        value = f"L2 {value}"
    at = int(seqs[-1])
    where = "here" if at == seq else f"at event {at:,}"
    return StopRow("watch", number_, clean(watch.expression), f"{value} {where}", sparkline(values), at)


def _address(timeline: Timeline, seq: int) -> str:
    try:
        return clean(timeline.reader.address(seq))
    except (DamagedLog, IndexError):
        return f"event {seq}"
