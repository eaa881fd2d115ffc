"""A screen with one pane on it, and events made by hand for it to show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from textual.app import App, ComposeResult
from textual.widget import Widget

from bpdebug.log.records import ScopeExitedBody
from bpdebug.log.schema import Kind, Phase
from bpdebug.timeline import Moment, TensorView
from bpdebug.tui.messages import GoTo, Notice

__all__ = ["FakeRun", "PaneHost", "make_moment", "make_view", "screen_lines", "screen_text"]


class FakeRun:
    """Stands for a timeline where a pane only asks for curves."""

    def __init__(self, *curves: Any) -> None:
        self._curves = curves

    def look_for_reports(self, events: int) -> bool:
        return True

    def curves(self) -> list[Any]:
        return list(self._curves)


class PaneHost(App[None]):
    """Shows one pane in its whole screen and keeps what the pane asks for."""

    def __init__(self, pane: Widget, theme: str = "textual-dark") -> None:
        super().__init__()
        self.pane = pane
        self.asked: list[int] = []
        self.notices: list[str] = []
        self._wanted_theme = theme

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.theme = self._wanted_theme
        self.pane.focus()

    def on_go_to(self, message: GoTo) -> None:
        self.asked.append(message.seq)

    def on_notice(self, message: Notice) -> None:
        self.notices.append(message.text)


def screen_lines(app: App[None]) -> list[str]:
    """What stands on the screen, line by line, without trailing spaces."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def screen_text(app: App[None]) -> str:
    """What stands on the screen."""
    return "\n".join(screen_lines(app))


def make_view(
    role: str,
    array: np.ndarray | None = None,
    group: str = "input",
    name: str = "",
    tensor: int | None = None,
    why: str = "",
) -> TensorView:
    """A tensor as an event shows it; each one is a content of its own unless `tensor` numbers it."""
    if array is None:
        return TensorView(group, role, name, why_missing=why or "there is none")
    return TensorView(
        group, role, name, None, id(array) if tensor is None else tensor, array.shape, array.dtype.name, "cpu",
        load=lambda: array,
    )  # fmt: skip


def make_moment(
    tensors: Sequence[TensorView] = (),
    seq: int = 5,
    title: str = "linear",
    facts: Sequence[str] = (),
) -> Moment:
    """An event with these tensors."""
    return Moment(
        seq=seq, address="it0/forward/linear", kind=Kind.forward, phase=Phase.forward, iteration=0, depth=0,
        scope="", label="linear", thread="MainThread", time_us=0, title=title, frames=[], caller_frames=[],
        tensors=list(tensors), facts=list(facts), loss=None, partner=None, parent=None, nonfinite=False,
        body=ScopeExitedBody(),
    )  # fmt: skip
