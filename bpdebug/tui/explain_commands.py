"""The commands after `:` that ask why: explain an element, check a step's gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .panes.explain import ExplainPane

if TYPE_CHECKING:
    from .screens.main import MainScreen

__all__ = ["check_gradients", "explain"]


def explain(screen: MainScreen, text: str) -> None:
    """`:explain`

    Raises:
        UsageError: the event has no such tensor or element.
    """
    moment = screen.moment
    if moment is None:
        screen.say("there is no event yet")
        return
    if text:
        from ..explain.element import find_element

        view, element = find_element(moment, text)
        _pane(screen).ask(view.role, element)
    screen.workspace.choose("explain")


def check_gradients(screen: MainScreen, text: str) -> None:
    """`:gradcheck`"""
    if screen.moment is None:
        screen.say("there is no event yet")
        return
    screen.workspace.choose("explain")
    pane = _pane(screen)
    pane.show(screen.moment, screen.timeline)  # it may not have been on the screen
    pane.action_check()


def _pane(screen: MainScreen) -> ExplainPane:
    pane = screen.workspace.panes["explain"]
    assert isinstance(pane, ExplainPane)
    return pane
