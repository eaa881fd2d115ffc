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
_FAR = 30.0
_FLOOR = 1e-3
_IN_A_ROW = 3


@dataclasses.dataclass(slots=True)
class Blowup:
    """The loss went from `first` over `peak` to `last` (the largest finite one near the end, if it became infinite).

    `seq` is where it had tripled.
    """

    first: float
    peak: float
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
    losses = [walk.loss or 0.0 for walk in finite]
    first, tail = losses[0], losses[-max(2, len(losses) // 5) :]
    last = max(tail, key=abs) if infinite else sorted(tail)[len(tail) // 2]
    # Upwards only: the likelihood of a density falls far below zero in a sound training.
    at_last, at_most = _times(last, first), _times(_lasting_peak(losses), first)
    grew = at_last > _LOSS_FACTOR
    if not grew and at_most > _PEAK_FACTOR and at_last > _NO_BETTER:
        # A net that died of it gives the loss of guessing again, now and then.
        grew = _times(_least_after_peak(losses), first) > _NO_BETTER or _weights_grew(history)
    if infinite and at_last < _FAR and not _weights_grew(history):
        return None  # something that isn't finite all of a sudden
    if not grew and not infinite:
        return None
    start = next((walk for walk in finite if _times(walk.loss or 0.0, first) > _LOSS_FACTOR), finite[-1])
    return Blowup(first, max(losses), last, start.seq, _site(start), infinite)


def _lasting_peak(losses: list[float]) -> float:
    """The largest loss that two more in a row come up to: a single batch of outliers is no divergence."""
    return max(
        (min(losses[i : i + _IN_A_ROW]) for i in range(len(losses) - _IN_A_ROW + 1)), default=max(losses)
    )


def _least_after_peak(losses: list[float]) -> float:
    """The least loss behind the largest one: of data in their order, a loss goes up and down with each pass."""
    return min(losses[losses.index(max(losses)) :])


def _times(loss: float, first: float) -> float:
    """How many times as large as the first loss; from a first loss below zero, counted in its sizes from zero up."""
    size = max(abs(first), _FLOOR)
    return loss / size if first >= 0 else 1.0 + (loss - first) / size


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
