"""The whole run in one line: where the loss was high or low, and where something wasn't finite.

Looks through the index in portions, so that a screen can show what is known of a long log while it goes on looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import EventFlag, Kind
from .curves import REPORT, is_loss
from .scan import pieces

if TYPE_CHECKING:
    from .names import Names

__all__ = ["Overview", "OverviewCell"]


@dataclass(frozen=True, slots=True)
class OverviewCell:
    """What one cell of the line stands for.

    Attributes:
        first: its first event.
        height: the loss at its end, from 0.0 (the least of the run) to 1.0 (the largest); None before the first.
        bad: its first event with a NaN or an infinity, None if it has none.
    """

    first: int
    height: float | None
    bad: int | None


class Overview:
    """Follows the log by itself."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.looked = 0
        """Events that were looked through."""
        self._bad: list[np.ndarray] = []
        self._seqs: list[np.ndarray] = []
        self._values: list[np.ndarray] = []

    def look_through(self, events: int) -> bool:
        """Look through so many more events at most; True if that was all of them."""
        index = self._names.reader.index
        stop = min(self.looked + events, len(index))
        labels = [
            number
            for number, text in self._names.texts_with_prefix(REPORT)
            if is_loss(text.removeprefix(REPORT))
        ]
        for begin, part in pieces(index, self.looked, stop):
            flags = part["flags"]
            bad = np.flatnonzero(flags & EventFlag.nonfinite)
            if bad.size:
                self._bad.append(bad + begin)
            with_value = np.flatnonzero(flags & EventFlag.value)
            reported = part[with_value]
            loss = (reported["kind"] == Kind.reported) & np.isin(reported["label"], labels)
            if loss.any():
                self._seqs.append(with_value[loss] + begin)
                self._values.append(reported["value"][loss])
        self.looked = max(stop, self.looked)
        return self.looked >= len(index)

    def cells(self, count: int) -> list[OverviewCell]:
        """The run in so many cells, or as many as it has events."""
        total = len(self._names.reader.index)
        count = min(count, total)
        if count <= 0:
            return []
        edges = np.arange(count + 1, dtype=np.int64) * total // count
        bad, seqs, values = _joined(self._bad), _joined(self._seqs), _joined(self._values)
        heights = _heights(values)
        latest = np.searchsorted(seqs, edges[1:], "left") - 1
        first_bad = np.searchsorted(bad, edges[:-1], "left")
        cells = []
        for place in range(count):
            at = int(first_bad[place])
            is_bad = at < len(bad) and bad[at] < edges[place + 1]
            height = float(heights[latest[place]]) if latest[place] >= 0 else None
            cells.append(OverviewCell(int(edges[place]), height, int(bad[at]) if is_bad else None))
        return cells


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    """The parts as one array, which then is the only part."""
    if len(parts) > 1:
        parts[:] = [np.concatenate(parts)]
    return parts[0] if parts else np.empty(0, np.int64)


def _heights(values: np.ndarray) -> np.ndarray:
    """Values as shares of their range, by powers of ten where it spans more than two of them; not finite: 1."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.ones(len(values))
    low, high = float(values[finite].min()), float(values[finite].max())
    with np.errstate(all="ignore"):
        if low > 0 and high / low > 100:
            shares = np.log(values / low) / np.log(high / low)
        else:
            shares = (values / 2 - low / 2) / (high / 2 - low / 2) if high > low else np.zeros(len(values))
    return np.where(finite, np.clip(shares, 0.0, 1.0), 1.0)
