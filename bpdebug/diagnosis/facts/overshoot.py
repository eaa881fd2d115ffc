"""Whether the first updates threw the initial weights away: steps larger than they are, and a loss that jumps."""

from __future__ import annotations

import dataclasses
import statistics

from .history import History
from .training import fall, loss_walks, losses

__all__ = ["Overshoot", "overshoot"]

_STEP_FACTOR = 3.0
_FIRST_UPDATES = 3
_PEAK_FACTOR = 20.0
_ENOUGH_FALL = 0.95
_FLOOR = 1e-3


@dataclasses.dataclass(slots=True)
class Overshoot:
    """An update changed the weights by `factor` times their size; the loss went from `first` up to `peak` at `seq`."""

    factor: float
    first: float
    peak: float
    last: float
    seq: int


def overshoot(history: History) -> Overshoot | None:
    """One of the first updates is several times as large as most weights, and the loss jumps and stays bad.

    Some optimizers (Adam, RMSprop) take steps of about their learning rate whatever the gradient is, so the loss comes
    down again some updates later, and the run never ends at infinity. A sound training changes its weights by about a
    thousandth at a time. Weights that begin at zero say nothing.
    """
    values = losses(history)
    if len(values) < 4 or fall(values) > _ENOUGH_FALL:
        return None
    walks = [walk for walk in loss_walks(history) if walk.loss is not None and abs(walk.loss) < 1e300]
    worst = max(walks, key=lambda walk: abs(walk.loss or 0.0))
    first, peak = values[0], worst.loss or 0.0
    if abs(peak) < _PEAK_FACTOR * max(abs(first), _FLOOR):
        return None
    steps = [step for step in (_first_step(history, number) for number in history.parameters) if step]
    if not steps or statistics.median(steps) < _STEP_FACTOR:
        return None
    last = statistics.median(values[-max(2, len(values) // 5) :])
    return Overshoot(statistics.median(steps), first, peak, last, worst.seq)


def _first_step(history: History, number: int) -> float | None:
    """The largest of a matrix's first updates, over its size before; None where it can't be said."""
    ratios = []
    for moved in history.parameters[number].moved[:_FIRST_UPDATES]:
        step, size = history.values.moved_by(moved.before, moved.after), history.values.norm(moved.before)
        if len(history.values.shape(moved.before)) < 2 or not size or step is None:
            return None
        ratios.append(step / size)
    return max(ratios, default=None)
