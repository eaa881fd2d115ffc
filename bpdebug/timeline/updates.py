"""The updates of parameters: the latest few of each, and what happened to the gradient on the way to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log.records import GradientHookedBody, ParamUpdatedBody
from ..log.schema import NOTHING, Kind
from ..text import clean

if TYPE_CHECKING:
    from .names import Names

__all__ = ["HookStep", "RecentUpdates", "hooks_before"]

RECENT = 16
"""Updates of one parameter that are remembered."""
_LOOKED_AT = 1 << 15
"""Events before the one asked about that are searched for them."""


@dataclass(frozen=True, slots=True)
class HookStep:
    """A gradient hook on its way to an update: its name, and tensors of the gradient before and after it."""

    hook: str
    before: int | None
    after: int | None


def hooks_before(names: Names, seq: int) -> list[HookStep]:
    """The hooks that changed the gradient which the update at event `seq` used, in their order."""
    reader = names.reader
    try:
        update = names.body(seq)
    except DamagedLog:
        return []
    start = int(reader.index["parent"][seq])
    if not isinstance(update, ParamUpdatedBody) or start == NOTHING or not start < seq:
        return []
    start = max(start, seq - _LOOKED_AT)
    steps = []
    for place in np.flatnonzero(reader.index["kind"][start:seq] == Kind.gradient_hooked).tolist():
        try:
            body = names.body(start + place)
        except DamagedLog:
            continue
        if isinstance(body, GradientHookedBody) and body.var == update.var:
            steps.append(HookStep(clean(body.hook), body.before, body.after))
    return steps


class RecentUpdates:
    """The last `RECENT` updates of each parameter up to an event; remembers the answer until it changes."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked: tuple[int, int] | None = None
        self._found: dict[str, list[int]] = {}

    def gradients(self, name: str, seq: int) -> list[int]:
        """Tensors of the gradients that the latest updates of parameter `name` used, the oldest first."""
        tensors = []
        for update in self._updates(seq).get(name, []):
            try:
                body = self._names.body(update)
            except DamagedLog:
                continue
            if isinstance(body, ParamUpdatedBody) and body.grad is not None:
                tensors.append(body.grad)
        return tensors

    def _updates(self, seq: int) -> dict[str, list[int]]:
        index = self._names.reader.index
        start = max(0, seq + 1 - _LOOKED_AT)
        if self._asked is not None and self._asked[1] == seq:
            return self._found
        places = np.flatnonzero(index["kind"][start : seq + 1] == Kind.param_updated)
        last = int(places[-1]) + start if places.size else -1
        # Most steps pass no update: then nothing has changed.
        if self._asked is None or self._asked[0] != last or start > 0:
            labels = index["label"][places + start]
            self._found = {
                self._names.text(label): (places[labels == label][-RECENT:] + start).tolist()
                for label in dict.fromkeys(labels.tolist())
            }
        self._asked = (last, seq)
        return self._found
