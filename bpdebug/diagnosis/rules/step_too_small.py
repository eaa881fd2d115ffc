"""The updates are so small that nothing moves."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Moved
from ..facts.training import fall, losses, model_of
from ..finding import Finding

__all__ = ["find"]

_RATIO = 1e-5
_UPDATES = 8
_NO_FALL = 0.02
_NO_WAY = 1e-3
_REAL_GRADIENT = 1e-2
_SOME_GRADIENT = 1e-3
_SETS = r"\.(lr|alpha)\s*[*/]?=[^=]"


def find(history: History) -> Iterator[Finding]:
    """No update changed any weight by more than a hundred thousandth of its size, and the loss hasn't moved.

    A rate that decays to zero, or a training that has converged, has had larger updates before. With gradients of zero
    it isn't the step's fault.
    """
    by_optimizer: dict[int, list[Moved]] = {}
    for update in history.updates:
        by_optimizer.setdefault(update.number, []).extend(update.moved)
    for moved in by_optimizer.values():
        if len({event.update.seq for event in moved}) < _UPDATES:
            continue
        first = moved[0].update
        ratios = _ratios(history, moved)
        if not ratios or max(ratios) > _RATIO:
            continue
        norms = [norm for norm in (history.values.norm(event.grad) for event in moved) if norm is not None]
        # A step that float32 can't add leaves the weight as it is; so does a rate of 0, which is another fault.
        rounded = max(ratios) == 0
        if not norms or max(norms) <= (_SOME_GRADIENT if rounded else 0) or (rounded and not first.rate()):
            continue
        begin = max((walk.seq for walk in history.walks if walk.seq < first.seq), default=0)
        values = losses(history, begin, moved[-1].update.seq)
        if values and abs(values[0]) < 1e-6:
            continue
        # Of noisy batches the loss goes up and down by itself: weights that are where they were can't be the reason.
        if abs(fall(values)) > _NO_FALL and (_way(history, moved) > _NO_WAY or max(norms) < _REAL_GRADIENT):
            continue
        rate = first.rate()
        parameters = [history.parameters[var] for var in first.takes if var in history.parameters]
        rates = {event.update.rate() for event in moved}
        line = history.script.first_with(_SETS) if len(rates) > 1 else None
        yield Finding(
            f"{first.optimizer} moves nothing: its largest update changes a weight by {max(ratios):.1e} of its size"
            f"{'' if rate is None else f' (lr {rate:g})'}",
            first.optimizer,
            seq=moved[0].seq,
            site=first.made if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            blamed=("lr", "alpha", ""),
            evidence={
                "largest update / weight": max(ratios),
                "largest gradient": max(norms),
                "learning rate": rate,
                "model": model_of(parameters),
                "first loss": values[0] if values else None,
                "last loss": values[-1] if values else None,
            },
            subjects=frozenset(parameter.name for parameter in parameters),
        )


def _way(history: History, moved: list[Moved]) -> float:
    """How far the weights are from where they began, over their size; the farthest."""
    first: dict[int, Moved] = {}
    last: dict[int, Moved] = {}
    for event in moved:
        first.setdefault(event.var, event)
        if history.values.array(event.after) is not None:
            last[event.var] = event
    ways = [0.0]
    for var, event in first.items():
        if var not in last:
            continue
        way, size = history.values.moved_by(event.before, last[var].after), history.values.norm(event.before)
        if way is not None and size and len(history.values.shape(event.before)) >= 2:
            ways.append(way / size)
    return max(ways)


def _ratios(history: History, moved: list[Moved]) -> list[float]:
    """The ratios of the updates, up to the first one that is large enough."""
    found = []
    for event in moved:
        ratio = _ratio(history, event)
        if ratio is not None:
            found.append(ratio)
            if ratio > _RATIO:
                break
    return found


def _ratio(history: History, event: Moved) -> float | None:
    """Size of the change over size of the weight; of matrices only, as biases begin at zero."""
    if len(history.values.shape(event.after)) < 2:
        return None
    step, size = history.values.moved_by(event.before, event.after), history.values.norm(event.before)
    return None if step is None or not size else step / size
