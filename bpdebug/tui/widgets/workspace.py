"""The room of the panes: puts each where the plan says, and keeps them when the plan changes.

Panes are mounted once; another arrangement moves them, so that focus, cursors and scrolling stay.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from textual import events
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from ..layout import Plan, Slot, dragged, make_plan, resized
from ..pane_table import FRONT, PANE_TABLE, PANES
from .steady import Fitted
from .tab_strip import Tab, TabStrip

__all__ = ["Workspace"]

_SETTLED_AFTER_S = 0.5
"""A key is not kept back for longer, whatever happened to the arrangement."""
_KEY_OF = {kind.name: kind.key for kind in PANE_TABLE}


class _PlanLayout(Layout):
    """Places the workspace's children by its plan."""

    name = "plan"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        assert isinstance(parent, Workspace)
        parent.pre_layout(self)
        placements = []
        for slot, strip in zip(parent.plan_for(size).slots, parent.strips, strict=False):
            box = slot.box
            line = Region(box.x, box.y, box.width, 1)
            below = Region(box.x, box.y + 1, box.width, max(0, box.height - 1))
            placements.append(WidgetPlacement(line, NULL_OFFSET, NULL_SPACING, strip))
            placements.append(WidgetPlacement(below, NULL_OFFSET, NULL_SPACING, parent.panes[slot.shown]))
        return placements


class Workspace(Fitted):
    """All panes, in their arrangement.

    Attributes:
        panes: widgets by the names in `pane_table.PANES`.
        shares: how the places divide the room.
        zoomed: whether one place takes it all.
        plan: the arrangement that is on the screen.
    """

    class Arranged(Message):
        """Other panes can be seen now than before, or the same ones elsewhere."""

    class Resized(Message):
        """The person has dragged the border between two places, and let it go."""

    def __init__(
        self, panes: Mapping[str, Widget], shares: dict[str, float], recent: Sequence[str] = FRONT
    ) -> None:
        self.panes = {name: panes[name] for name in PANES}
        self.strips = [TabStrip() for _ in PANES]
        super().__init__(*self.strips, *self.panes.values(), id="workspace")
        self.shares = shares
        self.zoomed = False
        self.recent: list[str] = list(recent)
        self.plan = Plan("small", ())
        self._settled = asyncio.Event()
        self._settled.set()
        self._plan_layout = _PlanLayout()
        self._edge: Slot | None = None

    @property
    def layout(self) -> Layout:
        return self._plan_layout

    @property
    def current(self) -> str:
        """The pane that has the focus, or had it last."""
        return self.recent[0]

    @property
    def current_pane(self) -> Widget:
        return self.panes[self.current]

    def plan_for(self, size: Size) -> Plan:
        """The plan for a workspace of this size."""
        # Two more lines of the terminal are the status line's and the line of keys.
        return make_plan(size.width, size.height + 2, self.shares, self.recent, self.zoomed)

    # ---- changing the arrangement -----------------------------------------------------------------------------

    def choose(self, pane: str) -> None:
        """Bring `pane` to the front of its place and focus it."""
        self._bring_forward(pane)
        widget = self.panes[pane]
        if not widget.focusable:
            widget = next((one for one in widget.query("*") if one.focusable), widget)
        # Not `widget.focus()`, which would let the keys that are waiting go before it.
        self.screen.set_focus(widget)

    def toggle_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.rearrange()

    def settle(self) -> None:
        """Each pane in the arrangement has its room, and what it shows."""
        self._settled.set()

    async def wait_until_settled(self) -> None:
        """Return when `settle` was called for the arrangement of now: what is typed is meant for that."""
        if not self._settled.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), _SETTLED_AFTER_S)
            self._settled.set()

    def grow(self, steps: int) -> bool:
        """Grow the current pane (shrink it if negative); False if it can't be."""
        shares = resized(self.shares, self.plan.mode, self.current, steps)
        if shares is None:
            return False
        self.shares = shares
        self.rearrange()
        return True

    def next_pane(self, step: int) -> str:
        """The pane that follows (precedes) the current one in the order of their numbers."""
        return PANES[(PANES.index(self.current) + step) % len(PANES)]

    def rearrange(self) -> None:
        """Make the plan anew, and show and hide panes accordingly."""
        plan = self.plan_for(self.size)
        shown = set(plan.shown)
        changed = plan != self.plan
        self.plan = plan
        for name, pane in self.panes.items():
            pane.display = name in shown
        for place, strip in enumerate(self.strips):
            strip.display = place < len(plan.slots)
        self.refresh_strips()
        if changed:
            # A child's change makes its parent forget how it was laid out.
            self.strips[0].refresh(layout=True)
            self._settled.clear()
            self.post_message(self.Arranged())

    def refresh_strips(self) -> None:
        """Draw the lines of tabs: titles, subtitles, the focus."""
        for slot, strip in zip(self.plan.slots, self.strips, strict=False):
            tabs = tuple(Tab(name, _KEY_OF[name], self._title(name)) for name in slot.panes)
            subtitle = getattr(self.panes[slot.shown], "subtitle", "")
            strip.show(tabs, slot.shown, subtitle, slot.shown == self.current)

    def shown_panes(self) -> Sequence[tuple[str, Widget]]:
        """The panes that can be seen, by name."""
        return [(name, self.panes[name]) for name in self.plan.shown]

    def _title(self, name: str) -> str:
        return getattr(self.panes[name], "TITLE", None) or name.capitalize()

    def _bring_forward(self, pane: str) -> None:
        if pane != self.recent[0]:
            self.recent.remove(pane)
            self.recent.insert(0, pane)
        self.rearrange()

    # ---- events -------------------------------------------------------------------------------------------------

    def _on_resize(self, event: events.Resize) -> None:
        self.rearrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        for name, pane in self.panes.items():
            if pane in event.widget.ancestors_with_self:
                self._bring_forward(name)
                return

    # ---- borders that the mouse drags ---------------------------------------------------------------------------

    def on_mouse_down(self, event: events.MouseDown) -> None:
        x, y = event.screen_x - self.region.x, event.screen_y - self.region.y
        for slot in self.plan.slots:
            if slot.box.x and x == slot.box.x - 1 and 0 <= y - slot.box.y < slot.box.height:
                self._edge = slot
                self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._edge is not None:
            self._drag(self._edge, event.screen_x - self.region.x, -1)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._edge is not None:
            self._edge = None
            self.release_mouse()
            self.post_message(self.Resized())

    def on_tab_strip_dragged(self, message: TabStrip.Dragged) -> None:
        message.stop()
        place = self.strips.index(message.strip)
        if message.over:
            self.post_message(self.Resized())
        elif place < len(self.plan.slots) and self.plan.slots[place].box.y:
            self._drag(self.plan.slots[place], -1, message.y - self.region.y)

    def _drag(self, slot: Slot, x: int, y: int) -> None:
        shares = dragged(self.shares, self.plan, slot, (x, y), (self.size.width, self.size.height))
        if shares != self.shares:
            self.shares = shares
            self.rearrange()

    def on_tab_strip_chosen(self, message: TabStrip.Chosen) -> None:
        message.stop()
        self.choose(message.pane)
