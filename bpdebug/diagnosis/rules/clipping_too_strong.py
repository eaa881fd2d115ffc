"""Clipping cuts every gradient down to a tiny part: hardly anything is left to learn from."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from ..facts.history import History
from ..facts.training import fall, losses
from ..finding import Finding

__all__ = ["find"]

_LEFT = 0.02
_PART = 0.9
_UPDATES = 5
_ENOUGH_FALL = 0.3


def find(history: History) -> Iterator[Finding]:
    """Nearly all updates clipped to less than a fiftieth of the gradient, and a loss that barely falls."""
    if fall(losses(history)) > _ENOUGH_FALL or len(history.updates) < _UPDATES:
        return
    left: dict[str, list[float]] = {}
    for update in history.updates:
        for hook in {hooked.hook for hooked in update.hooked if "clip" in hooked.hook.lower()}:
            own = [hooked for hooked in update.hooked if hooked.hook == hook]
            before = sum((history.values.norm(hooked.before) or 0.0) ** 2 for hooked in own) ** 0.5
            after = sum((history.values.norm(hooked.after) or 0.0) ** 2 for hooked in own) ** 0.5
            if before > 0:
                left.setdefault(hook, []).append(after / before)
    for hook, parts in left.items():
        if len(parts) < _PART * len(history.updates) or statistics.median(parts) > _LEFT:
            continue
        update = history.updates[0]
        settings = update.hooks.get(hook, {})
        line = history.script.first_with(rf"\b{hook}\s*\(") or history.script.first_with("add_hook")
        told = ", ".join(f"{key} {value}" for key, value in settings.items())
        yield Finding(
            f"{hook} leaves {statistics.median(parts):.2g} of the gradient, in {len(parts)} of {len(history.updates)}"
            f" updates{f' ({told})' if told else ''}",
            hook,
            seq=update.hooked[0].seq if update.hooked else update.seq,
            site=update.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"part left": statistics.median(parts), "updates clipped": len(parts), **settings},
            subjects=frozenset({hook}),
        )
