"""How many examples a pass works on."""

from __future__ import annotations

from .history import History
from .records import Op
from .training import downstream

__all__ = ["batch_behind"]


def batch_behind(history: History, op: Op) -> int:
    """The number of examples, by the labels that the loss behind the op is given; 0 where it isn't known."""
    for later in downstream([op]):
        for place in later.fed:
            shape = history.values.shape(later.x[place][1])
            if place > 0 and shape and later is not op and not history.parameters_of(later):
                return shape[0]
    same = (other for other in history.ops if other.iteration == op.iteration and other.seq < op.seq)
    first = next((other for other in same if 0 in other.fed and history.parameters_of(other)), None)
    if first is None:
        return 0
    shape = history.values.shape(first.x[0][1])
    return shape[0] if len(shape) in (2, 4) else 0  # of three axes, the first may be the time
