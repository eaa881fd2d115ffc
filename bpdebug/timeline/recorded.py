"""What conditions ask, answered from a log: the tensors and the reports of any event."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..conditions.measures import measure
from ..conditions.one_event import OneEvent
from ..conditions.reports import REPORT, MetricLabels
from ..conditions.roles import Piece, Roles
from ..errors import DamagedLog, NotCaptured
from ..log.schema import NOT_CAPTURED, EventFlag, Kind, TensorFlag
from .combined import CombinedTensors
from .scan import pieces

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["RecordedEvents", "RecordedReports"]

_REMEMBERED = 1 << 16
_FLAGS = {"nan": TensorFlag.nan, "inf": TensorFlag.inf, "finite": TensorFlag.nan | TensorFlag.inf}

_FROM_STATISTICS: dict[str, Callable[[Any], Any]] = {
    "size": lambda records: records["size"],
    "zeros": lambda records: records["zeros"] / records["size"],
    "any": lambda records: records["zeros"] < records["size"],
    "all": lambda records: records["zeros"] == 0,
    "min": lambda records: records["min"],
    "max": lambda records: records["max"],
    "largest": lambda records: np.maximum(np.abs(records["min"]), np.abs(records["max"])),
    "mean": lambda records: np.where(np.isnan(records["min"]), np.nan, records["mean"]),
    "std": lambda records: np.where(np.isnan(records["min"]), np.nan, records["std"]),
    "norm": lambda records: np.where(np.isnan(records["min"]), 0.0, records["l2"]),
}
"""Measures that can be had from `schema.TENSOR_STATISTICS`; NaN where there is none."""


class RecordedEvents:
    """Makes the domain of any event of a log, see `conditions.rules`; follows the log as it grows."""

    def __init__(self, reader: LogReader) -> None:
        self.reader = reader
        self.reports = RecordedReports(reader)
        self.roles = Roles(reader)
        self.tensors = RecordedTensors(reader)
        self.combined = CombinedTensors(reader)

    def event(self, seq: int, with_body: bool = True) -> OneEvent:
        """The domain of event `seq`; one whose body can't be read has no tensors."""
        row = self.reader.index[seq]
        header = {name: row[name].item() for name in _FIELDS}
        header["seq"] = seq
        body: Any = None
        if with_body:
            try:
                body = self.reader.body(seq)
            except DamagedLog:
                body = None
        return OneEvent(header, body, self.reader, self.roles, self.tensors, _ReportsUntil(self.reports, seq))


class RecordedTensors:
    """The contents of tensors, and measures of them, each computed once."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._known: dict[tuple[int, str], Any] = {}

    def array(self, piece: Piece) -> np.ndarray | None:
        """The content; None where it isn't in the log."""
        try:
            return self._reader.array(piece.row)
        except (NotCaptured, DamagedLog):
            return None

    def measured(self, pieces: list[Piece], name: str) -> Any:
        """A measure of several tensors together; None where it can't be had."""
        if len(pieces) > 1:
            arrays = [self.array(piece) for piece in pieces]
            if any(array is None for array in arrays):
                return None
            return measure([array for array in arrays if array is not None], name)
        key = (pieces[0].row, name)
        if key not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            self._known[key] = self._measured(pieces[0], name)
        return self._known[key]

    def measured_rows(self, rows: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
        """The measure of each of these tensors, and where it is known; a row below 0 is no tensor."""
        data, known = np.zeros(len(rows)), np.zeros(len(rows), bool)
        tensors = self._reader.tensors
        asked = np.flatnonzero((rows >= 0) & (rows < len(tensors)))
        if name in _FLAGS and asked.size:
            records = tensors[rows[asked]]
            found = (records["flags"] & _FLAGS[name]) != 0
            data[asked] = ~found if name == "finite" else found
            known[asked] = records["segment"] != NOT_CAPTURED
            asked = asked[records["segment"] == NOT_CAPTURED]
        asked = self._from_statistics(rows, name, asked, data, known)
        unique, places = np.unique(rows[asked], return_inverse=True)
        values = [self.measured([Piece("", 0, row)], name) for row in unique.tolist()]
        known[asked] = np.array([value is not None for value in values], bool)[places]
        data[asked] = np.array([0.0 if value is None else float(value) for value in values])[places]
        return data, known

    def _from_statistics(
        self, rows: np.ndarray, name: str, asked: np.ndarray, data: np.ndarray, known: np.ndarray
    ) -> np.ndarray:
        """Fill in what was measured when it was recorded; the places of `asked` that are left."""
        statistics = self._reader.statistics
        if name not in _FROM_STATISTICS or not len(statistics):
            return asked
        found = rows[asked] < len(statistics)
        records = statistics[rows[asked[found]]]
        measured = records["size"] > 0
        found[found] = measured
        there, records = asked[found], records[measured]
        with np.errstate(all="ignore"):
            values = np.asarray(_FROM_STATISTICS[name](records), np.float64)
        known[there] = ~np.isnan(values)
        data[there] = np.where(np.isnan(values), 0.0, values)
        return asked[~found]

    def _measured(self, piece: Piece, name: str) -> Any:
        tensors = self._reader.tensors
        if not 0 <= piece.row < len(tensors):
            return None
        record = tensors[piece.row]
        if name in _FLAGS and record["segment"] != NOT_CAPTURED:
            found = bool(record["flags"] & _FLAGS[name])
            return not found if name == "finite" else found
        statistics = self._reader.statistics
        if name in _FROM_STATISTICS and piece.row < len(statistics) and statistics[piece.row]["size"]:
            value = float(_FROM_STATISTICS[name](statistics[piece.row]))
            return None if value != value else bool(value) if name in ("any", "all") else value
        array = self.array(piece)
        return None if array is None else measure([array], name)


class RecordedReports:
    """What was reported over a log, by metric."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._labels = MetricLabels(reader.texts)
        self._read = 0
        self._seqs: dict[int, np.ndarray] = {}
        self._values: dict[int, np.ndarray] = {}

    def follow(self) -> None:
        """Take in the reports that the log got since."""
        index = self._reader.index
        seqs, labels, values = [], [], []
        for begin, part in pieces(index, self._read, len(index)):
            rows = np.flatnonzero(part["kind"] == Kind.reported)
            rows = rows[(part["flags"][rows] & EventFlag.value) != 0]
            seqs.append(rows + begin)
            labels.append(part["label"][rows])
            values.append(part["value"][rows])
        self._read = len(index)
        if not seqs or not sum(map(len, seqs)):
            return
        all_seqs, all_labels, all_values = map(np.concatenate, (seqs, labels, values))
        for label in np.unique(all_labels).tolist():
            mine = all_labels == label
            known = self._seqs.get(label)
            if known is None:
                self._seqs[label], self._values[label] = all_seqs[mine], all_values[mine]
            else:
                self._seqs[label] = np.concatenate([known, all_seqs[mine]])
                self._values[label] = np.concatenate([self._values[label], all_values[mine]])

    def labels_of(self, name: str) -> list[int]:
        """The labels of the metrics that a name means."""
        return self._labels.of(name)

    def is_report_of(self, names: frozenset[str], label: int) -> bool:
        """Whether events with this label report one of these metrics."""
        return any(label in self._labels.of(name) for name in names)

    def value_at(self, seq: int, name: str, back: int) -> float | None:
        """The latest value under the name at event `seq`, or the one `back` reports of the same metric before it."""
        if self._read < len(self._reader.index):
            self.follow()
        latest, latest_label, place = -1, -1, 0
        for label in self._labels.of(name):
            seqs = self._seqs.get(label)
            count = 0 if seqs is None else int(np.searchsorted(seqs, seq, side="right"))
            if seqs is not None and count and seqs[count - 1] > latest:
                latest, latest_label, place = int(seqs[count - 1]), label, count
        place -= 1 + back
        return float(self._values[latest_label][place]) if latest >= 0 and place >= 0 else None

    def values_at(self, seqs: np.ndarray, name: str, back: int) -> tuple[np.ndarray, np.ndarray]:
        """`value_at` for many events: the values, and where there is one."""
        if self._read < len(self._reader.index):
            self.follow()
        data, known = np.zeros(len(seqs)), np.zeros(len(seqs), bool)
        latest = np.full(len(seqs), -1, np.int64)
        for label in self._labels.of(name):
            reported = self._seqs.get(label)
            if reported is None:
                continue
            values = self._values[label]
            counts = np.searchsorted(reported, seqs, side="right")
            newer = counts > 0
            newer[newer] = reported[counts[newer] - 1] > latest[newer]
            latest[newer] = reported[counts[newer] - 1]
            places = counts - 1 - back
            known[newer] = places[newer] >= 0
            there = newer & (places >= 0)
            data[there] = values[places[there]]
        return data, known

    def metric(self, label: int) -> str:
        """The name of the metric with this label."""
        return self._reader.texts[label].removeprefix(REPORT)


class _ReportsUntil:
    __slots__ = ("_reports", "_seq")

    def __init__(self, reports: RecordedReports, seq: int) -> None:
        self._reports = reports
        self._seq = seq

    def value(self, name: str, back: int) -> float | None:
        return self._reports.value_at(self._seq, name, back)


_FIELDS = (
    "kind",
    "phase",
    "depth",
    "iteration",
    "scope",
    "label",
    "site",
    "node",
    "flags",
    "thread",
    "time_us",
    "value",
)
