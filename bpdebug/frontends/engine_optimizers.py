"""What the log is told of the engine's optimizers: which parameters each takes, which are frozen, which hooks it has.

All of it is told at an optimizer's first update, and again when something of it has changed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

from .weak_table import WeakTable

__all__ = ["Optimizers", "Told", "own_settings"]


class Told(NamedTuple):
    """One optimizer before an update; `takes` is None where nothing has changed since the update before."""

    number: int
    made: int | None
    takes: list[Any] | None
    frozen: list[Any]
    hooks: dict[str, dict[str, Any]]


class Optimizers:
    """Numbers the optimizers of a run, and looks at what they are given.

    Args:
        made: the sites where they were constructed.
    """

    def __init__(self, made: WeakTable[int]) -> None:
        self._made = made
        self._numbers: WeakTable[int] = WeakTable()
        self._next_number = itertools.count(1)
        self._seen: dict[int, Any] = {}

    def look(self, optimizer: Any, parameters: Sequence[Any]) -> Told:
        """What is to be told of `optimizer`, which is about to update `parameters`."""
        number = self._numbers.get(optimizer)
        if number is None:
            number = next(self._next_number)
            self._numbers.set(optimizer, number)
        made = self._made.get(optimizer)
        frozen = [p for p in parameters if p.update_rule is not None and not p.update_rule.enabled]
        members = getattr(optimizer, "_hooks", None)
        hooks = _settings_of(members) if members is not None and (members.pre or members.post) else {}
        # Identities are enough: what is compared is alive at both times, or has been replaced by something else.
        seen = (list(map(id, parameters)), list(map(id, frozen)), hooks)
        if self._seen.get(number) == seen:
            return Told(number, made, None, [], {})
        self._seen[number] = seen
        return Told(number, made, list(parameters), frozen, hooks)


def own_settings(rule: Any) -> dict[str, Any]:
    """The hyperparameters that the rule of one parameter has of its own, in place of its optimizer's."""
    own = getattr(getattr(rule, "hyperparam", None), "__dict__", {})
    return {name: value for name, value in own.copy().items() if name != "_parent"}


def _settings_of(hooks: Any) -> dict[str, dict[str, Any]]:
    """The plain attributes of hooks, such as the rate of a weight decay."""
    found: dict[str, dict[str, Any]] = {}
    for timing in ("pre", "post"):
        members: dict[str, Any] = getattr(hooks, timing)
        for name, hook in members.copy().items():
            settings = getattr(hook, "__dict__", {})
            found[name] = {
                key: value
                for key, value in settings.copy().items()
                if isinstance(value, bool | int | float | str) or value is None
            }
    return found
