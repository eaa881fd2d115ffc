"""A histogram on its side: one line a bin, with its range, its bar and its count."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from ...log.statistics import measurable
from ...text import fit, number
from .background import Background, Failure
from .steady import Steady

__all__ = ["Histogram", "HistogramView", "histogram"]

_MOST_BINS = 40
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(frozen=True)
class Histogram:
    """Counts of the finite elements between `edges`, one more than there are `counts`; the others apart."""

    counts: np.ndarray
    edges: np.ndarray
    nan: int
    infinite: int

    @property
    def nbytes(self) -> int:
        return int(self.counts.nbytes + self.edges.nbytes)


def histogram(array: np.ndarray, bins: int) -> Histogram:
    """Count the elements of an array in at most `bins` bins of one width; integers get whole numbers as edges.

    Complex values count by their magnitude.
    """
    flat = measurable(np.asarray(array)).reshape(-1)
    nan = infinite = 0
    if flat.dtype.kind == "f":
        nan = int(np.isnan(flat).sum())
        infinite = int(np.isinf(flat).sum())
        if nan or infinite:
            flat = flat[np.isfinite(flat)]
    if not flat.size:
        return Histogram(np.zeros(0, np.int64), np.zeros(1), nan, infinite)
    low, high = float(flat.min()), float(flat.max())
    if flat.dtype.kind in "biu" and high - low < 2**53:
        width = max(1, -(-int(high - low + 1) // bins))
        edges = np.arange(low, high + width + 1, width)[: bins + 1].astype(np.float64)
    elif high > low:
        edges = low * np.linspace(1, 0, bins + 1) + high * np.linspace(0, 1, bins + 1)
    else:
        spread = abs(low) * 0.01 or 0.5
        edges = np.array([low - spread, low + spread])
    if not np.isfinite(edges).all() or (np.diff(edges) <= 0).any():  # a range that float64 can't divide
        edges = np.array([low, high])
    with np.errstate(all="ignore"):
        counts, edges = np.histogram(flat.astype(np.float64), edges)
    return Histogram(counts, edges, nan, infinite)


class HistogramView(Steady, can_focus=False):
    """Draws the histogram of one array, the bin that holds the cursor's element marked."""

    COMPONENT_CLASSES = {"histogram--bar", "histogram--text", "histogram--here", "histogram--alarm"}

    DEFAULT_CSS = """
    HistogramView {
        width: 1fr; height: 1fr;
        & .histogram--bar { color: $text-primary; }
        & .histogram--text { color: $text; }
        & .histogram--here { color: $text; text-style: bold reverse; }
        & .histogram--alarm { color: $text-error; text-style: bold; }
    }
    """

    def __init__(self, background: Background, id: str | None = None) -> None:
        super().__init__(id=id)
        self._background = background
        self._array: np.ndarray | None = None
        self._key: Hashable = None
        self._value: object = None
        self._lines: list[Strip] = []

    def show_array(self, array: np.ndarray | None, key: Hashable) -> None:
        """Show an array (not empty; None for nothing); `key` names its content for good."""
        if key != self._key or (array is None) != (self._array is None):
            self._array, self._key = array, key
            self.refresh()

    def show_cursor(self, value: object) -> None:
        """Mark the bin of this element."""
        if value is not self._value:
            self._value = value
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._lines = self._draw()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One bin."""
        if y < len(self._lines):
            return self._lines[y]
        return Strip.blank(self.size.width, self.get_component_rich_style("histogram--text"))

    def _draw(self) -> list[Strip]:
        width, height = self.size
        array = self._array
        if array is None or width < 20 or height < 1:
            return []
        bins = max(1, min(_MOST_BINS, height - 2))
        found = self._background.ask(
            ("histogram", self._key, bins), lambda: histogram(array, bins), int(array.size)
        )
        style = self.get_component_rich_style
        text = style("histogram--text")
        if not isinstance(found, Histogram):
            words = f"no histogram: {found}" if isinstance(found, Failure) else "counting ..."
            return [Strip([Segment(fit(words, width), text)])]
        lines = []
        most = int(found.counts.max()) if found.counts.size else 0
        digits = len(f"{most:,}")
        room = max(1, width - 25 - digits)
        here = self._bin(found)
        for place, count in enumerate(found.counts.tolist()):
            low, high = found.edges[place], found.edges[place + 1]
            label = f"{number(float(low), digits=4):>10} to {number(float(high), digits=4):>9} "
            eighths = max(round(count / most * room * 8), 1 if count else 0)
            bar = "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
            lines.append(
                Strip(
                    [
                        Segment(label, style("histogram--here") if place == here else text),
                        Segment(f"{count:>{digits},} ", text),
                        Segment(bar, style("histogram--bar")),
                    ]
                ).adjust_cell_length(width, text)
            )
        for count, what in ((found.nan, "NaN"), (found.infinite, "infinite")):
            if count:
                alarm = Segment(fit(f"{what:>23} {count:,}", width), style("histogram--alarm"))
                lines.append(Strip([alarm]))
        return lines

    def _bin(self, found: Histogram) -> int:
        value = self._value
        if not isinstance(value, (np.generic, int, float)) or not found.counts.size:
            return -1
        size = float(np.abs(value) if np.iscomplexobj(value) else value)
        if not np.isfinite(size):
            return -1
        place = int(np.searchsorted(found.edges, size, "right")) - 1
        return min(max(place, 0), found.counts.size - 1)
