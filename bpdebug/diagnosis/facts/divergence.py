"""Whether a run blew up, and since when: growth of the loss and of the parameters before anything was infinite."""

from __future__ import annotations

import dataclasses

from .history import History
from .records import Walk
from .training import loss_walks

__all__ = ["Blowup", "blowup"]

_LOSS_FACTOR = 3.0
_WEIGHT_FACTOR = 30.0
_STEP_FACTOR = 3.0
_PEAK_FACTOR = 20.0
_NO_BETTER = 0.8
_FLOOR = 1e-3


@dataclasses.dataclass(slots=True)
class Blowup:
    """The loss went from `first` to `last` (the largest finite one near the end); `seq` is where it had tripled."""

    first: float
    last: float
    seq: int
    site: int
    infinite: bool


def blowup(history: History) -> Blowup | None:
    """A loss that ends far above where it began, or weights that grew with it, in one step or over many."""
    if "blowup" not in history.memo:
        history.memo["blowup"] = _find(history)
    found = history.memo["blowup"]
    assert found is None or isinstance(found, Blowup)
    return found


def _find(history: History) -> Blowup | None:
    walks = [walk for walk in loss_walks(history) if walk.loss is not None]
    if len(walks) < 3 or not history.updates:
        return None
    finite = [walk for walk in walks if abs(walk.loss or 0.0) < 1e300 and walk.loss == walk.loss]
    if not finite:
        return None
    infinite = len(finite) < len(walks)
    first = max(abs(finite[0].loss or 0.0), _FLOOR)
    tail = finite[-max(2, len(finite) // 5) :]
    last = sorted(abs(walk.loss or 0.0) for walk in tail)[len(tail) // 2]
    if infinite:
        last = max(abs(walk.loss or 0.0) for walk in tail)
    peak = max(abs(walk.loss or 0.0) for walk in finite)
    grew = last > _LOSS_FACTOR * first or (peak > _PEAK_FACTOR * first and last > _NO_BETTER * first)
    if not grew and not (infinite and _weights_grew(history)):
        return None
    start = next((walk for walk in finite if abs(walk.loss or 0.0) > _LOSS_FACTOR * first), finite[-1])
    return Blowup(first, last, start.seq, _site(start), infinite)


def _site(walk: Walk) -> int:
    return walk.caller


def _weights_grew(history: History) -> bool:
    """Whether a weight became many times larger than it was, or one update was several times its size."""
    for parameter in history.parameters.values():
        norms = [history.values.norm(moved.before) for moved in parameter.moved]
        known = [norm for norm in norms if norm]
        if len(history.values.shape(parameter.first)) < 2 or not known:
            continue
        if max(known) > _WEIGHT_FACTOR * known[0]:
            return True
        for moved in parameter.moved:
            step, before = (
                history.values.moved_by(moved.before, moved.after),
                history.values.norm(moved.before),
            )
            if step and before and step > _STEP_FACTOR * before:
                return True
    return False
