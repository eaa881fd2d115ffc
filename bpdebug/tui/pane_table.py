"""The one table of panes: their names, their keys, and the place of the screen in which each lives.

A new pane is a row here and a file in `panes/`. Plain data: no widget is imported until `make_panes` is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.widget import Widget

__all__ = [
    "FRONT",
    "LEFT",
    "PANES",
    "PANE_TABLE",
    "PLACES",
    "RIGHT",
    "PaneKind",
    "make_panes",
    "pane_of_key",
    "panes_in",
]

PLACES = ("source", "timeline", "tensor", "weights", "loss", "console")
"""The places of the widest arrangement, each named after the pane that is in front of it at first."""


@dataclass(frozen=True)
class PaneKind:
    """One pane.

    Attributes:
        name: what the program calls it.
        key: the key that goes there: a digit, or another key of the table in `keymap`.
        place: one of `PLACES`; panes of one place share it as tabs.
        widget: module in `panes/` and class, which needs `show(moment, timeline)` and `TITLE`, and may have
            `subtitle`, `grown()`, `show_breakpoints(list)`, `copy_text()`, `run_to(back)`, `toggle_breakpoint()`.
    """

    name: str
    key: str
    place: str
    widget: str


PANE_TABLE: tuple[PaneKind, ...] = (
    PaneKind("source", "1", "source", "source:SourcePane"),
    PaneKind("timeline", "2", "timeline", "timeline:TimelinePane"),
    PaneKind("tensor", "3", "tensor", "tensor:TensorPane"),
    PaneKind("weights", "4", "weights", "weights:WeightsPane"),
    PaneKind("loss", "5", "loss", "loss:LossPane"),
    PaneKind("graph", "6", "timeline", "graph:GraphPane"),
    PaneKind("breakpoints", "7", "console", "stops:StopsPane"),
    PaneKind("explain", "8", "weights", "explain:ExplainPane"),
    PaneKind("findings", "9", "loss", "findings:FindingsPane"),
    PaneKind("console", "o", "console", "console:ConsolePane"),
)
"""In the order in which `tab` goes through them. Digits that no row has yet are free for panes to come."""

PANES = tuple(kind.name for kind in PANE_TABLE)
FRONT = (*PLACES, *(name for name in PANES if name not in PLACES))
"""All panes, those first that are in front of their places until a person chooses others."""


def panes_in(*places: str) -> tuple[str, ...]:
    """The panes that live in these places, in the table's order."""
    return tuple(kind.name for kind in PANE_TABLE if kind.place in places)


LEFT = panes_in("source", "timeline")
"""What a screen with two places shows in the left (upper) one, `RIGHT` in the other."""
RIGHT = panes_in("tensor", "weights", "loss", "console")


def pane_of_key(key: str) -> str | None:
    """The pane that a digit means, None if it means none."""
    return next((kind.name for kind in PANE_TABLE if kind.key == key), None)


def make_panes() -> dict[str, Widget]:
    """A widget of each pane, by name."""
    made = {}
    for kind in PANE_TABLE:
        module, _, name = kind.widget.partition(":")
        made[kind.name] = getattr(import_module(f".panes.{module}", __package__), name)()
    return made
