"""One gradient is applied twice: update() is called again before the next backward pass."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Update
from ..finding import Finding

__all__ = ["find"]

_TIMES = 3
_SHARE = 0.3


def find(history: History) -> Iterator[Finding]:
    """Updates of one optimizer with the very gradients of the update before, and no walk and no clearing in between."""
    latest: dict[int, Update] = {}
    again = []
    between = sorted([walk.seq for walk in history.walks] + [cleared.seq for cleared in history.cleared])
    place = 0
    for update in history.updates:
        before = latest.get(update.number)
        latest[update.number] = update
        while place < len(between) and between[place] < update.seq:
            place += 1
        untouched = before is not None and (place == 0 or between[place - 1] < before.seq)
        if before is not None and untouched and _same_gradients(history, before, update):
            again.append(update)
    if len(again) < max(_TIMES, _SHARE * len(history.updates)):
        return
    first = again[0]
    yield Finding(
        f"{first.optimizer} applies each gradient twice: update() is called again with no backward() in between",
        first.optimizer,
        seq=first.seq,
        site=first.site,
        evidence={"updates": len(history.updates), "with gradients of the one before": len(again)},
    )


def _same_gradients(history: History, before: Update, after: Update) -> bool:
    first = {moved.var: moved.grad for moved in before.moved}
    second = {moved.var: moved.grad for moved in after.moved}
    return bool(first) and first == second and any(history.values.norm(grad) for grad in first.values())
