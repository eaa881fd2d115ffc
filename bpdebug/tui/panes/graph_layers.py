"""Gradient flow at one look: two bars a layer, for what arrived at it and what left it.

From top to bottom in the order of the forward pass, so that the gradient goes upwards: bars that get shorter
and shorter vanish, bars that get longer explode. Both bars are there at every width; names and numbers make room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from ...text import cell_width, fit
from ...timeline.flow import LayerFlow, gradient_flow
from ..themes import is_colourless
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of
from .gradient_norms import NUMBER, BarShape, GradientNorms, bar_pieces

if TYPE_CHECKING:
    from ...timeline import Timeline
    from ...timeline.graph import GraphPage

__all__ = ["LayerList", "flow_columns"]

_LEAST_BAR, _GOOD_BAR, _MOST_BAR = 5, 8, 24
_LEAST_NAME, _MOST_NAME = 8, 32


def flow_columns(width: int, longest_name: int) -> tuple[int, BarShape]:
    """How many cells of a row are for the name, and what each of both bars is like; a space stands before each part."""
    name = min(max(longest_name, _LEAST_NAME), _MOST_NAME)
    for number, bar in ((NUMBER, _GOOD_BAR), (0, _GOOD_BAR), (0, _LEAST_BAR)):
        room = width - 1 - 2 * (1 + number)
        if room - 2 * bar >= min(name, 2 * _LEAST_NAME) or (not number and room - 2 * bar >= _LEAST_NAME):
            name = min(name, room - 2 * bar)
            return name, BarShape(min(_MOST_BAR, (room - name) // 2), number)
    bar = max(1, (width - 3 - _LEAST_NAME) // 2)
    return max(0, width - 3 - 2 * bar), BarShape(bar, 0)


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
        self._longest_name = 0
        self._here = 0
        self._over = False

    def show_page(self, timeline: Timeline, page: GraphPage, seq: int, row: int, over: bool) -> None:
        """Show the layers as they are at event `seq`; the one of `row` is where we are; `over`: backward is."""
        self._layers = gradient_flow(timeline.graphs, page, seq)
        self._longest_name = max((cell_width(layer.name) for layer in self._layers), default=0)
        self._over = over
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

    @property
    def header_lines(self) -> int:
        return 1

    def draw_header(self, line: int, width: int) -> Strip:
        name, shape = flow_columns(width, self._longest_name)
        titles = [("arrived |gy|", "arrived", "in"), ("left |gx|", "left", "out")]
        shown = [next((form for form in forms if len(form) <= shape.width), "") for forms in titles]
        text = f" {fit('layer', name)} {fit(shown[0], shape.width)} {shown[1]}"
        return strip_of([(text, text_style(self, "layers--quiet"))], width, self.base)

    def draw_row(self, row: int, width: int) -> Strip:
        layer = self._layers[row]
        here = row == self._here
        look = text_style(self, "layers--here" if here else "layers--name")
        quiet = text_style(self, "layers--quiet")
        name, shape = flow_columns(width, self._longest_name)
        pieces = [("▶" if here else " ", look), (fit(layer.name, name, cut="start"), look)]
        if layer.walked:
            none = layer.why_none(self._over)
            for tensors in (layer.arriving, layer.leaving):
                pieces += [(" ", look), *self._bar(tensors, shape, none)]
        else:
            pieces.append((f" {fit(layer.why_none(self._over), 2 * shape.width + 1)}", quiet))
        base = self.base + (ground_style(self, "layers--cursor") if row == self.cursor else Style.null())
        return strip_of(pieces, width, base)

    def _bar(self, tensors: list[int], shape: BarShape, none: str) -> list[tuple[str, Style]]:
        if len(none) > shape.width:
            none = none.partition(" ")[0]
        return bar_pieces(
            self._norms.joint(tensors),
            shape,
            self.app.current_theme.dark,
            not is_colourless(self.app),
            text_style(self, "layers--alarm"),
            none,
        )
