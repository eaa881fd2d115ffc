"""The rows of the Graph pane: one op each, with its lanes, its state, and the gradient that left it.

The lane of a value has the colour and the width of the gradient that came to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from ...text import cell_width, fit
from ...timeline.lane_lines import Line, line_of, with_line
from ...timeline.lanes import NODE
from ..themes import is_colourless
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of
from .gradient_norms import BarShape, GradientNorms, bar_pieces, bar_style

if TYPE_CHECKING:
    from ...timeline import Timeline
    from ...timeline.graph import GraphOp, GraphPage
    from ...timeline.lanes import LaneRow

__all__ = ["AHEAD", "CURRENT", "DONE", "OUTSIDE", "VISITED", "OpList"]

CURRENT, VISITED, DONE, AHEAD, OUTSIDE = "◆", "●", "○", "◌", "·"
"""The node of the current event; one that a walk came to; that has computed; that will; that no walk can reach."""
SECOND_ORDER = "∂"
"""Before the ops of backward rules."""

_SHAPES = ((72, BarShape(12)), (44, BarShape(8)), (36, BarShape(8, 0)))
"""From which width of a row on there is a bar like this."""


class OpList(VirtualList, can_focus=False):
    """The ops of one page of a graph."""

    COMPONENT_CLASSES = {
        "graph--lane", "graph--op", "graph--quiet", "graph--current", "graph--cursor", "graph--alarm",
    }  # fmt: skip

    DEFAULT_CSS = """
    OpList {
        height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        & .graph--lane { color: $text-secondary; }
        & .graph--op { color: $text; }
        & .graph--quiet { color: $text-muted; }
        & .graph--current { text-style: bold; }
        & .graph--cursor { background: $surface; }
        & .graph--alarm { color: $text-error; text-style: bold; }
    }
    """

    class Entered(Message):
        """The op under the cursor was double-clicked."""

    def __init__(self, norms: GradientNorms) -> None:
        super().__init__()
        self._norms = norms
        self._timeline: Timeline | None = None
        self._page: GraphPage | None = None
        self._seq = -1
        self._current: int | None = None
        self._over = False
        self._lines: dict[int, tuple[Line, Style]] = {}

    def notify_style_update(self) -> None:
        self._lines.clear()
        super().notify_style_update()

    def show_page(
        self, timeline: Timeline, page: GraphPage, seq: int, current: int | None, row: int, over: bool
    ) -> None:
        """Show a page as it is at event `seq`, which is about row `current`; put the cursor on `row`.

        With `over` the iteration's backward is.
        """
        self._timeline, self._page, self._seq, self._current = timeline, page, seq, current
        self._over = over
        self._lines.clear()
        self.refresh_rows()
        self.move_cursor(row, center=True)

    def chosen(self) -> GraphOp | None:
        """The op under the cursor."""
        if self._page is None or self.cursor >= len(self._page.ops):
            return None
        return self._page.ops[self.cursor]

    def visited(self) -> int:
        """How many ops of the page a backward walk has come to."""
        return sum(self._step(op) is not None for op in self._page.ops) if self._page is not None else 0

    @property
    def row_count(self) -> int:
        return len(self._page.ops) if self._page is not None else 0

    def row_chosen(self, row: int) -> None:
        self.post_message(self.Entered())

    def _step(self, op: GraphOp) -> int | None:
        assert self._timeline is not None
        return self._timeline.graphs.step_of(op, self._seq)

    # ---- drawing --------------------------------------------------------------------------------------------

    def draw_row(self, row: int, width: int) -> Strip:
        assert self._page is not None
        assert self._timeline is not None
        op, lanes = self._page.ops[row], self._page.lanes[row]
        step = self._step(op)
        norm, none = self._gradient(op, step)
        bad = isinstance(norm, float) and norm - norm != 0  # NaN or an infinity
        part = self._part
        look = part("quiet") if op.seq > self._seq or not op.in_graph else part("op")
        node, node_look = self._node(op, step, row == self._current)
        if node == VISITED and isinstance(norm, float):
            node_look = part("alarm") if bad else node_look + self._colour(norm)
        room = min(self._page.width, max(8, width // 3))
        base = self.base
        if row == self._current:
            base += self._ground("current")
        if row == self.cursor:
            base += self._ground("cursor")
        # Without colours the ground of the cursor's row isn't seen.
        pieces = [("!" if bad else ">" if row == self.cursor else " ", part("alarm" if bad else "op"))]
        pieces += self._lane_pieces(lanes, room, (node, node_look))
        right: list[tuple[str, Style]] = []
        shape = next((shape for least, shape in _SHAPES if width >= least), None)
        if shape is not None:
            dark, coloured = self.app.current_theme.dark, not is_colourless(self.app)
            right = bar_pieces(norm, shape, dark, coloured, part("alarm"), none)
            if not isinstance(norm, float):
                right = [(text, part("quiet")) for text, _ in right]
        used = 1 + room + 1 + sum(cell_width(text) for text, _ in right) + bool(right)
        label = f"{SECOND_ORDER} {op.label}" if op.second_order else op.label
        text = " ".join(filter(None, (label, op.scope, op.leaves and f"({op.leaves})", op.shape)))
        if op.damaged:
            text, look = f"{text}  (can't be read)", part("alarm")
        pieces += [(" ", look), (fit(text, max(0, width - used)), look), (" " if right else "", look), *right]
        return strip_of(pieces, width, base)

    def _gradient(self, op: GraphOp, step: int | None) -> tuple[float | str | None, str]:
        """The norm of the gradients that left an op, or where none did of its parameters'; else why there is none."""
        assert self._timeline is not None
        if step is None:
            if not op.in_graph:
                return None, "outside the graph"
            if op.seq > self._seq or not self._over:
                return None, " "
            return None, "not reached"
        gradients = self._timeline.graphs.gradients(step)
        if gradients is None:
            return None, "can't be read"
        return self._norms.joint(gradients.leaving.values() or gradients.weights.values()), "none needed"

    def _node(self, op: GraphOp, step: int | None, current: bool) -> tuple[str, Style]:
        if current:
            return CURRENT, self._part("op") + Style(bold=True)
        if op.seq > self._seq:
            return AHEAD, self._part("quiet")
        if step is not None:
            return VISITED, self._part("op") + Style(bold=True)
        return (DONE, self._part("op")) if op.in_graph else (OUTSIDE, self._part("quiet"))

    def _lane_pieces(self, lanes: LaneRow, room: int, node: tuple[str, Style]) -> list[tuple[str, Style]]:
        """The lanes cut to `room` cells, each as its gradient is; a node that lies beyond stands in the last one."""
        cells, plain = lanes.cells, self._part("lane")
        place = cells.find(NODE)
        cut = place < 0 or place >= room or len(cells) > room
        place = room - 1 if place < 0 or place >= room else place
        pieces: list[tuple[str, Style]] = []
        for at, (cell, value) in enumerate(zip(cells[: room - cut], lanes.values, strict=False)):
            if at == place:
                pieces.append(node)
            else:
                line, look = self._line(value) if isinstance(value, int) else (Line.PLAIN, plain)
                pieces.append((with_line(cell, line), look))
        if cut:
            pieces.append(node if place == room - 1 else ("›", plain))
        pieces.append((" " * (room - len(pieces)), plain))
        return pieces

    def _line(self, variable: int) -> tuple[Line, Style]:
        """How the lane of a variable is drawn."""
        known = self._lines.get(variable)
        if known is None:
            assert self._timeline is not None
            assert self._page is not None
            tensor = self._timeline.graphs.gradient_of(self._page, variable, self._seq)
            norm = self._norms.joint([tensor]) if tensor is not None else None
            if not isinstance(norm, float):
                return Line.PLAIN, self._part("lane")  # not kept, or not yet measured
            line = line_of(norm)
            look = self._part("alarm") if line is Line.DOUBLE else self._part("lane") + self._colour(norm)
            known = self._lines[variable] = line, look
        return known

    def _colour(self, norm: float) -> Style:
        return Style.null() if is_colourless(self.app) else bar_style(norm, self.app.current_theme.dark)

    def _part(self, name: str) -> Style:
        return text_style(self, f"graph--{name}")

    def _ground(self, name: str) -> Style:
        return ground_style(self, f"graph--{name}")
