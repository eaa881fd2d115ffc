"""Gradient flow at one look: a strip a layer, with what arrived at it and what left it.

From top to bottom in the order of the forward pass, so that the gradient goes upwards: strips that get shorter
and shorter vanish, strips that get longer explode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from ...text import fit
from ...timeline.flow import LayerFlow, gradient_flow
from ..themes import is_colourless
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of
from .gradient_norms import GradientNorms, bar_pieces

if TYPE_CHECKING:
    from ...timeline import Timeline
    from ...timeline.graph import GraphPage

__all__ = ["LayerList"]

_BAR = 12
_BOTH_NEED = 72


class LayerList(VirtualList, can_focus=False):
    """One row a layer of the graph's page."""

    COMPONENT_CLASSES = {"layers--name", "layers--quiet", "layers--here", "layers--cursor", "layers--alarm"}

    DEFAULT_CSS = """
    LayerList {
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        & .layers--name { color: $text; }
        & .layers--quiet { color: $text-muted; }
        & .layers--alarm { color: $text-error; text-style: bold; }
        & .layers--here { color: $text; text-style: bold; }
        & .layers--cursor { background: $surface; }
    }
    """

    class Entered(Message):
        """A layer was double-clicked: go to its op in this row of the graph."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, norms: GradientNorms) -> None:
        super().__init__()
        self._norms = norms
        self._layers: list[LayerFlow] = []
        self._drawn: tuple[int, int] = (-1, -1)
        self._here = 0

    def show_page(self, timeline: Timeline, page: GraphPage, seq: int, row: int) -> None:
        """Show the layers as they are at event `seq`; the one of `row` is where we are."""
        self._layers = gradient_flow(timeline.graphs, page, seq)
        self._here = next((place for place, one in enumerate(self._layers) if one.last >= row), 0)
        self.refresh_rows()
        self.move_cursor(self._here, center=True)

    def chosen_row(self) -> int:
        """The graph's row of the layer under the cursor: its last op, where its gradient arrives."""
        return self._layers[self.cursor].last

    @property
    def row_count(self) -> int:
        return len(self._layers)

    def row_chosen(self, row: int) -> None:
        self.post_message(self.Entered(self._layers[row].last))

    def draw_row(self, row: int, width: int) -> Strip:
        layer = self._layers[row]
        dark, coloured = self.app.current_theme.dark, not is_colourless(self.app)
        plain, quiet = text_style(self, "layers--name"), text_style(self, "layers--quiet")
        alarm = text_style(self, "layers--alarm")
        look = text_style(self, "layers--here") if row == self._here else plain
        bars = [("left", layer.leaving)]
        if width >= _BOTH_NEED:
            bars.insert(0, ("arrived", layer.arriving))
        right: list[tuple[str, Style]] = []
        for word, tensors in bars:
            right.append((f" {word} ", quiet))
            if layer.walked:
                right += bar_pieces(self._norms.joint(tensors), _BAR, dark, coloured, alarm)
            else:
                right.append((" " * (_BAR + 10), plain))
        taken = sum(len(text) for text, _ in right)
        mark = "▶" if row == self._here else " "
        base = self.base + (ground_style(self, "layers--cursor") if row == self.cursor else Style.null())
        name = fit(layer.name, max(4, width - taken - 1))
        return strip_of([(mark, look), (name, look), *right], width, base)
