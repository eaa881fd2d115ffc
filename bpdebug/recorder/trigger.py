"""Waits for a condition while a run is recorded: then the flight recorder's values stay, or the run ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..conditions import Asked, Condition, LiveEvents, condition
from ..conditions import syntax as s
from .arrays import to_host

__all__ = ["Trigger", "changes_are_asked"]


class Trigger:
    """Called with every event; tells of each iteration in which the condition comes to hold, once.

    Args:
        text: the condition.
        names: the lists of names of the `LogWriter`.
        fire: called with the header of the event at which it holds.

    Raises:
        ConditionError: the text is no condition.
    """

    def __init__(self, text: str, names: Any, fire: Callable[[Mapping[str, Any]], None]) -> None:
        self.condition = condition(text)
        self._live = LiveEvents(names, _to_host)
        self._fire = fire
        self._held = False
        self._fired_in = -1

    def __call__(self, header: Mapping[str, Any]) -> None:
        live = self._live
        live.note(header)
        held = live.holds(self.condition, header, header["body"], header["arrays"])
        begins = held and not (self.condition.asked is Asked.changes and self._held)
        self._held = held
        if begins and header["iteration"] != self._fired_in:
            self._fired_in = header["iteration"]
            self._fire(header)


def changes_are_asked(asked: Condition) -> bool:
    """Whether the condition looks at what an update has overwritten, of which a copy has to be made."""
    return any(
        isinstance(node, s.Tensor) and node.suffix in ("before", "delta") for node in s.walk(asked.node)
    )


def _to_host(array: Any) -> np.ndarray:
    return array if isinstance(array, np.ndarray) else to_host(array)[0]
