"""Timers fire late rather than never."""

from __future__ import annotations

from itertools import count

import pytest
from textual import timer
from textual.app import App
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.panes.console import ConsolePane
from bpdebug.tui.panes.stops import StopsPane
from bpdebug.tui.screens.main import MainScreen
from bpdebug.tui.timers import SureTimers


class Clock:
    """Each look at it is a second later, as if the processor were elsewhere all the time."""

    def __init__(self) -> None:
        self._seconds = count()

    def get_time(self) -> float:
        return float(next(self._seconds))


class Sure(SureTimers, Widget):
    """Draws nothing."""


async def fires(widget: Widget, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether a timer of this widget fires while the clock runs away."""
    fired: list[Timer] = []
    app: App[None] = App()
    async with app.run_test() as pilot:
        await app.mount(widget)
        with monkeypatch.context() as patch:
            patch.setattr(timer, "_time", Clock())
            one = widget.set_timer(1 / 120, lambda: fired.append(one))
            await one._task
        await pilot.pause()
    return bool(fired)


async def test_a_timer_fires_though_the_processor_was_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await fires(Sure(), monkeypatch)


async def test_textual_still_needs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not await fires(Widget(), monkeypatch), "Textual's own timers fire: SureTimers can go"


@pytest.mark.parametrize("kind", [DebuggerApp, MainScreen, ConsolePane, StopsPane])
def test_what_waits_for_timers_has_sure_ones(kind: type[App[None] | Screen[None] | Widget]) -> None:
    assert kind.set_timer is SureTimers.set_timer
