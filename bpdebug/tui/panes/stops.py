"""The pane of breakpoints and watches: what is set, how often it was hit, what watched values were."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.strip import Strip
from textual.timer import Timer

from ...stepping import Breakpoint
from ...text import cell_width, fit
from ...timeline.unfinished import Unfinished
from ..key_plan import KeyPlan
from ..keymap import bindings_for
from ..messages import ChangeStop, GoTo, Notice, SubtitleChanged
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of

if TYPE_CHECKING:
    from ...timeline import Moment, Timeline
    from ...timeline.watches import StopRow, WatchValues
    from ..stop_list import StopList
    from ..visited import Bookmarks

__all__ = ["StopsPane"]

_COUNT_S = 0.02
"""How long to count hits and look for values before the screen gets its turn."""
_COUNT_AGAIN_S = 0.05
_SEARCH_S = 0.1


class StopsPane(VirtualList):
    """Enter goes to the last hit; `b` lets the chosen breakpoint stop or not, `B` edits it."""

    TITLE = "Breakpoints"
    BINDINGS = bindings_for("breakpoints")
    COMPONENT_CLASSES = {
        "stops--heading", "stops--text", "stops--detail", "stops--spark", "stops--off", "stops--mark", "stops--cursor",
    }  # fmt: skip

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.keys = KeyPlan()
        """The keys that act; those of the table unless the screen says otherwise."""
        self.subtitle = ""
        self._timeline: Timeline | None = None
        self._seq = -1
        self._stops: StopList | None = None
        self._bookmarks: Bookmarks | None = None
        self._values: dict[str, WatchValues] = {}
        self._rows: list[StopRow] = []
        self._again: Timer | None = None

    # ---- what it is told --------------------------------------------------------------------------------------

    def follow(self, stops: StopList, bookmarks: Bookmarks) -> None:
        """Show these from now on."""
        self._stops, self._bookmarks = stops, bookmarks

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Show hits and values as they are at this event."""
        if timeline is not self._timeline:
            self._values.clear()
        self._timeline, self._seq = timeline, moment.seq
        self._count()

    def grown(self) -> None:
        """The log may hold more hits than before."""
        self._count()

    def show_breakpoints(self, breakpoints: list[Breakpoint]) -> None:
        """Something was set or taken away."""
        self._count()

    def chosen_breakpoint(self) -> Breakpoint | None:
        """The breakpoint under the cursor."""
        row = self._row
        if row is None or row.kind != "breakpoint" or self._stops is None:
            return None
        return self._stops.get(row.number)

    def toggle_breakpoint(self) -> None:
        """Ask that the breakpoint under the cursor stops no more, or again."""
        row = self._row
        if row is not None and row.kind == "breakpoint":
            self.post_message(ChangeStop("disable" if row.enabled else "enable", row.number))
        else:
            toggle, edit, _ = self._shown_keys
            self.post_message(Notice(f"choose a breakpoint: {toggle} lets it stop or not, {edit} edits it"))

    def run_to(self, back: bool) -> None:
        """Go to the next or previous hit of the breakpoint under the cursor."""
        one = self.chosen_breakpoint()
        if one is None or self._timeline is None:
            ahead, behind = self.keys.shown("run_to"), self.keys.shown("run_to_back")
            self.post_message(
                Notice(f"choose a breakpoint: {ahead} goes to its next hit, {behind} to the one before")
            )
            return
        if not one.enabled:
            self.post_message(Notice(self._why_disabled))
            return
        stops = self._timeline.stops_of([one])
        stops.deadline = time.monotonic() + _SEARCH_S
        try:
            found = (
                stops.last(self._seq, failures=False) if back else stops.first(self._seq + 1, failures=False)
            )
        except Unfinished:
            self.post_message(Notice("its hits are still being counted: try again in a moment"))
            return
        finally:
            stops.deadline = None
        if found is None:
            self.post_message(Notice(f"no {'earlier' if back else 'later'} hit in the log"))
        else:
            self.post_message(GoTo(found))

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text) of the row under the cursor."""
        row = self._row
        return ("breakpoint" if row and row.kind == "breakpoint" else "row"), row.text if row else ""

    @property
    def _why_disabled(self) -> str:
        return f"it is disabled, and has no hits: {self._shown_keys[0]} lets it stop again"

    @property
    def _shown_keys(self) -> tuple[str, str, str]:
        """Those that set and edit breakpoints and set watches."""
        return self.keys.shown("breakpoint"), self.keys.shown("edit_breakpoint"), self.keys.shown("watch")

    # ---- rows ---------------------------------------------------------------------------------------------------

    @property
    def _row(self) -> StopRow | None:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def _count(self) -> None:
        """Make the rows anew; what takes long goes on later."""
        if self._again is not None:
            self._again.stop()
            self._again = None
        if self._timeline is None or self._stops is None or self._bookmarks is None or not self.display:
            return
        from ...timeline.watches import WatchValues, stop_rows

        wanted = self._stops.watches
        self._values = {
            text: self._values.get(text) or WatchValues(self._timeline.recorded, text) for text in wanted
        }
        rows = stop_rows(
            self._timeline,
            self._stops.breakpoints,
            list(self._values.values()),
            self._bookmarks.seqs,
            self._seq,
            time.monotonic() + _COUNT_S,
            self._shown_keys,
        )
        if any("…" in row.detail for row in rows):
            self._again = self.set_timer(_COUNT_AGAIN_S, self._count)
        if rows != self._rows:
            self._rows = rows
            self.refresh_rows()
        if self._row is not None and self._row.kind in ("heading", "note"):
            self._settle(1)
        stops, watches = len(self._stops.breakpoints), len(wanted)
        # Short, for the pane is narrow where all are on the screen.
        counts = ((stops, "set"), (watches, "watched"))
        subtitle = ", ".join(f"{count} {word}" for count, word in counts if count)
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    def _settle(self, direction: int) -> None:
        """Put the cursor on a row that can be chosen."""
        places = [place for place, row in enumerate(self._rows) if row.kind not in ("heading", "note")]
        if places:
            ahead = [place for place in places if (place - self.cursor) * direction >= 0]
            self.move_cursor((ahead or places[::-1])[0 if direction > 0 else -1])

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def draw_row(self, row: int, width: int) -> Strip:
        shown, style = self._rows[row], self._style
        base = self.base
        if shown.kind in ("heading", "note"):
            part, indent = ("heading", " ") if shown.kind == "heading" else ("detail", "   ")
            return strip_of([(fit(indent + shown.text, width), style(part))], width, base)
        if row == self.cursor and self.has_focus:
            base += ground_style(self, "stops--cursor")
        # Colour is not the only sign of the row that keys act on.
        pointer = ">" if row == self.cursor else " "
        mark = {"breakpoint": "●" if shown.enabled else "○", "watch": "◎", "mark": "♦"}[shown.kind]
        spark = f" {shown.spark}" if shown.spark else ""
        room = max(width - 6 - cell_width(spark), 8)
        rest = max(room // 2, room - cell_width(shown.text) - 2)
        detail = fit(shown.detail, min(cell_width(shown.detail), rest))
        text = fit(shown.text, room - cell_width(detail) - 2)
        return strip_of(
            [
                (f"{pointer}{shown.number:>2} {mark} ", style("mark" if shown.enabled else "off")),
                (text, style("text" if shown.enabled else "off")),
                (f"  {detail}", style("detail")),
                (spark, style("spark")),
            ],
            width,
            base,
        )

    def _style(self, name: str) -> Style:
        return text_style(self, f"stops--{name}")

    # ---- keys ---------------------------------------------------------------------------------------------------

    def row_chosen(self, row: int) -> None:
        shown = self._rows[row] if row < len(self._rows) else None
        if shown is None or shown.kind in ("heading", "note"):
            return
        if shown.seq is None:
            without = "it has no hit" if shown.kind == "breakpoint" else "it has no value yet"
            self.post_message(Notice(without if shown.enabled else self._why_disabled))
        else:
            self.post_message(GoTo(shown.seq))

    def action_cursor(self, rows: int) -> None:
        """Move to the next row that can be chosen."""
        before = self.cursor
        self.move_cursor(self.cursor + rows)
        self._settle(1 if rows > 0 else -1)
        if (self.cursor - before) * rows < 0:  # there is none in that direction
            self.move_cursor(before)

    def action_remove(self) -> None:
        """Take away what is under the cursor."""
        row = self._row
        if row is not None and row.kind in ("breakpoint", "watch", "mark"):
            self.post_message(ChangeStop(f"remove {row.kind}", row.number))
