"""The values of one array side by side: as numbers, as a heat map, as a histogram, with one cursor.

Which array, and which slice of it, is the Tensor pane's to choose.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from textual.containers import Horizontal

from ..widgets.background import Background
from ..widgets.cell_format import NOTATIONS
from ..widgets.heat_map import HeatMap
from ..widgets.histogram import HistogramView
from ..widgets.value_grid import ValueGrid

__all__ = ["TensorSheet"]

_BOTH, _NUMBERS, _HEAT, _HISTOGRAM = range(4)
_BOTH_NEED = 56
"""Cells across below which numbers and heat map don't stand side by side."""


class TensorSheet(Horizontal):
    """Numbers, heat map and histogram of which the chosen ones are shown.

    Attributes:
        grid: the numbers; it has the cursor.
    """

    DEFAULT_CSS = """
    TensorSheet {
        height: 1fr;
        & HeatMap { margin-left: 2; }
    }
    """

    def __init__(self, background: Background) -> None:
        self.grid = ValueGrid()
        self._heat = HeatMap(background)
        self._histogram = HistogramView(background)
        self._histogram.display = False
        super().__init__(self.grid, self._heat, self._histogram)
        self._view = _BOTH
        self._notation = 0

    def next_view(self) -> None:
        """Choose what is shown from the next array on: numbers and heat map, numbers, heat map, histogram."""
        self._view = (self._view + 1) % (_HISTOGRAM + 1)

    def next_notation(self) -> None:
        """Choose how floats are written from the next array on: as it suits them, fixed point, powers of ten."""
        self._notation = (self._notation + 1) % len(NOTATIONS)

    def clear(self) -> None:
        """Show nothing, and take up the same room."""
        self.grid.clear()
        self._heat.show_sheet(None, None)
        self._histogram.show_array(None, None)

    def show_array(
        self, part: np.ndarray, part_key: Hashable, array: np.ndarray, key: Hashable, width: int
    ) -> None:
        """Show a slice of an array; the histogram is that of the whole array.

        Args:
            part: the slice, of at most 2 axes.
            part_key, key: name the contents of `part` and `array`, as `Background.ask` wants it.
            width: of the pane, in cells.
        """
        both = part.size > 1 and width >= _BOTH_NEED
        self._heat.show_sheet(part.reshape(1, -1) if part.ndim < 2 else part, part_key)
        as_histogram = self._view == _HISTOGRAM
        with_heat = part.ndim > 0 and (self._view == _HEAT or (self._view == _BOTH and both))
        with_numbers = not as_histogram and (self._view != _HEAT or not with_heat)
        self.grid.display, self._heat.display = with_numbers, with_heat
        self._histogram.display = as_histogram
        self.grid.show_array(part, (), NOTATIONS[self._notation])
        if as_histogram:
            self._histogram.show_array(array, key)
        if with_heat and with_numbers:
            self._share_width(width - 2)
        elif with_heat:
            self._heat.styles.width = "1fr"

    def show_cursor(self) -> Any:
        """Mark the grid's cursor everywhere; the value under it, None where there is none."""
        self._heat.show_cursor(*self.grid.cursor)
        value = self.grid.cursor_value()
        if value is not None:
            self._histogram.show_cursor(value)
        return value

    def look_again(self) -> None:
        """Draw what had to be computed first."""
        self._heat.look_again()
        self._histogram.refresh()

    def _share_width(self, width: int) -> None:
        """Numbers get what they need up to three fifths; the heat map what it can use of the rest."""
        heat = max(width - self.grid.natural_width(), min(self._heat.natural_width(), width * 2 // 5))
        heat = min(heat, max(28, self._heat.natural_width() * 4), width * 3 // 5)
        if self._heat.styles.width is None or self._heat.styles.width.value != heat:
            self._heat.styles.width = heat
