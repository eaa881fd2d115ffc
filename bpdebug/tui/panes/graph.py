"""The Graph pane: the ops of this iteration as lanes, and how the gradient flows back through its layers.

Values flow down in the forward pass, gradients flow up in the backward pass; a lane has the colour and the width of
the gradient of its value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.message import Message

from ...log.schema import Phase
from ...text import count_text
from ...timeline.flow import backward_is_over
from ...timeline.lane_lines import EXPLODING, VANISHING
from ..keymap import bindings_for
from ..messages import GoTo, Notice, SubtitleChanged
from ..widgets.background import Background
from ..widgets.lines import Lines, Piece, flow, paragraph
from ..widgets.steady import Fitted
from .gradient_norms import GradientNorms
from .graph_layers import LayerList
from .graph_ops import OpList

if TYPE_CHECKING:
    from ...timeline import Moment, Timeline
    from ...timeline.graph import GraphPage

__all__ = ["GraphPane"]

_VIEWS = ("both", "ops", "layers")


class GraphPane(Fitted, can_focus=True):
    """The cursor follows the op of the event; Enter goes to the op under the cursor."""

    TITLE = "Graph"
    title = TITLE
    BINDINGS = bindings_for("graph")

    DEFAULT_CSS = """
    GraphPane {
        layout: vertical; overflow: hidden;
        &:focus OpList > .graph--cursor { background: $primary-muted; }
        &:focus LayerList > .layers--cursor { background: $primary-muted; }
    }
    """

    class Computed(Message):
        """Norms of big gradients are there."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, GraphPane.Computed)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._background = Background(lambda: self.post_message(self.Computed()))
        norms = GradientNorms(self._background)
        self._norms = norms
        self._timeline: Timeline | None = None
        self._moment: Moment | None = None
        self._page: GraphPage | None = None
        self._view = 0
        self._heading = Lines()
        self._ops = OpList(norms)
        self._layers = LayerList(norms)

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._layers
        yield self._ops

    def on_unmount(self) -> None:
        self._background.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Show the graph of this event's iteration, its op lit."""
        self._moment, self._timeline = moment, timeline
        self._norms.use(timeline)
        self._page = page = timeline.graphs.page(moment.seq)
        row = timeline.graphs.row_before(page, moment.seq)
        current = timeline.graphs.row(page, moment.seq)
        over = backward_is_over(moment.phase)
        self._ops.show_page(timeline, page, moment.seq, current, row, over)
        self._layers.show_page(timeline, page, moment.seq, row, over)
        self._update()

    def grown(self) -> None:
        """The iteration may have more ops than before."""
        if self._moment is not None and self._timeline is not None and self._page is not None:
            page = self._timeline.graphs.page(self._moment.seq)
            if page is not self._page:
                self.show(self._moment, self._timeline)

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the address of the op under the cursor."""
        op = self._ops.chosen()
        if op is None or self._timeline is None:
            return "address", ""
        return "address", self._timeline.moment(op.seq).address

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        width, height = self.size
        page = self._page
        if page is None or not page.ops:
            self._ops.display = self._layers.display = False
            self._show_heading(_nothing(width))
            self._set_subtitle("")
            return
        view = _VIEWS[self._view]
        count = self._layers.row_count
        self._layers.display = bool(count) and (view == "layers" or (view == "both" and height >= 10))
        self._ops.display = view != "layers" or not count
        if view == "layers":
            self._layers.styles.height = "1fr"
        else:
            self._layers.styles.height = min(count + 1, max(4, height // 3))
        words, legend = self._in_words(page)
        while legend and len("  ".join(text for text, _ in (*words, *legend))) > width:
            legend.pop()
        self._show_heading([flow([*words, *legend], width, 1)[0]])
        self._set_subtitle(f"iteration {page.iteration}, {count_text(page.total, 'op')}")

    def _in_words(self, page: GraphPage) -> tuple[list[Piece], list[Piece]]:
        """What is going on, and what the bars and lines mean."""
        assert self._moment is not None
        pieces: list[Piece] = []
        if page.total > len(page.ops):
            pieces.append((f"ops {page.first + 1:,} to {page.first + len(page.ops):,}", "strong"))
        if self._moment.phase is Phase.backward:
            walked = f"{self._ops.visited()} of {len(page.ops)} visited"
            pieces += [("▲ gradients flow up", "strong"), (walked, "")]
        else:
            pieces.append(("▼ values flow down", "strong"))
        legend: list[Piece] = [
            ("bars: 1e-8 to 1e4", "muted"),
            ("of ops: |gx|, or |gW| where x needs none", "muted"),
            (f"lines: ┆ |gy| < {VANISHING:g}  ┃ ≥ {EXPLODING:g}  ║ not finite", "muted"),
        ]
        return pieces, legend

    def _show_heading(self, lines: list[list[Piece]]) -> None:
        self._heading.show(lines)
        if self._heading.styles.height is None or self._heading.styles.height.value != len(lines):
            self._heading.styles.height = len(lines)

    def _set_subtitle(self, subtitle: str) -> None:
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_graph_pane_computed(self) -> None:
        self._ops.refresh()
        self._layers.refresh()

    def on_op_list_entered(self, message: OpList.Entered) -> None:
        message.stop()
        self.action_go()

    def on_layer_list_entered(self, message: LayerList.Entered) -> None:
        message.stop()
        self._go_to_row(message.row)

    def _list(self) -> OpList | LayerList:
        return self._layers if _VIEWS[self._view] == "layers" and self._layers.row_count else self._ops

    def action_cursor(self, rows: int) -> None:
        """Move the cursor."""
        self._list().action_cursor(rows)

    def action_page(self, pages: int) -> None:
        """Move it by a screenful."""
        self._list().action_cursor_page(pages)

    def action_edge(self, end: int) -> None:
        """Move it to the first or last row."""
        self._list().action_cursor_end(end)

    def action_view(self) -> None:
        """Ops and layers, or one of them."""
        self._view = (self._view + 1) % len(_VIEWS)
        self._update()

    def action_go(self) -> None:
        """Go to the op under the cursor: to its backward step where one is, while a walk is looked at."""
        if self._page is None or not self._page.ops:
            self.post_message(Notice("there is no op to go to"))
        elif self._list() is self._layers:
            self._go_to_row(self._layers.chosen_row())
        else:
            self._go_to_row(self._ops.cursor)

    def _go_to_row(self, row: int) -> None:
        assert self._page is not None
        assert self._moment is not None
        assert self._timeline is not None
        op = self._page.ops[row]
        step = self._timeline.graphs.step_of(op, self._moment.seq)
        self.post_message(GoTo(step if step is not None and step != self._moment.seq else op.seq))


def _nothing(width: int) -> list[list[Piece]]:
    how = "Each op that the model computes becomes a row, with lines to the ops that take what it made."
    return [[("No op in this iteration yet.", "strong")], *paragraph(how, width, "muted")]
