"""The learning rate falls to nothing long before the run ends, and the loss stays where it was then."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Update
from ..facts.training import fall, is_one_training, losses
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 12
_DEAD = 1e-3
_ENOUGH_FALL = 0.5
_STAYS = 0.3
_RATES = ("lr", "alpha")
_SETS = r"\.(lr|alpha)\s*(\*=|/=|-=|=[^=])|(Exponential|Linear|Polynomial|Inverse|Step|Multistep)Shift\s*\("


def find(history: History) -> Iterator[Finding]:
    """A rate that has lost all but a thousandth when the run is half over, in a run that hasn't learnt much.

    Schedules that end at nothing (cosine, linear) still have half of it then.
    """
    updates = history.updates
    if len(updates) < _UPDATES or not is_one_training(history):
        return
    name = next((name for name in _RATES if isinstance(updates[0].hyper.get(name), int | float)), None)
    if name is None:
        return
    rates = [float(update.hyper.get(name, 0.0)) for update in updates]
    first = max(rates[: max(1, len(rates) // 4)])
    dead = next((place for place, rate in enumerate(rates) if 0 <= rate < _DEAD * first and place), None)
    values = losses(history)
    if dead is None or max(rates[dead:]) >= _DEAD * first or dead > len(rates) // 2 or first <= 0:
        return
    if fall(values) > _ENOUGH_FALL or not _gradients_stay(history, updates):
        return
    line = history.script.first_with(_SETS)
    update = updates[dead]
    yield Finding(
        f"the learning rate of {update.optimizer} falls from {first:.3g} to {rates[dead]:.3g} within {dead + 1} of"
        f" {len(updates)} updates: what comes after changes nothing",
        update.optimizer,
        seq=update.seq,
        site=update.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"first rate": first, "last rate": rates[-1], "updates that still learn": dead},
    )


def _gradients_stay(history: History, updates: list[Update]) -> bool:
    """Whether there still is something to learn: some gradient is nearly as large at the end as it was at first."""
    first = {moved.var: history.values.norm(moved.grad) for moved in updates[0].moved}
    last = {moved.var: history.values.norm(moved.grad) for moved in updates[-1].moved}
    return any(norm and (last.get(var) or 0.0) > _STAYS * norm for var, norm in first.items())
