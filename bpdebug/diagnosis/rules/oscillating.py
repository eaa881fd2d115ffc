"""The weights jump to and fro across the valley: each update takes back the one before."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Moved, Parameter
from ..facts.training import fall, is_one_training, losses
from ..finding import Finding

__all__ = ["find"]

_AGAINST = -0.9
_UPDATES = 10
_ENOUGH_FALL = 0.3
_STEP = 0.02
_LEAP = 0.2
_FAR_LEAP = 0.5
_WELL_FALLEN = 0.8
_LOOKS = 20


def find(history: History) -> Iterator[Finding]:
    """Successive updates of the weights point in opposite directions, and the loss doesn't fall.

    Or each is a good part of the weights' size to the end: a momentum that carries them over the valley and back.
    """
    values = losses(history)
    fallen = fall(values)
    if not is_one_training(history) or len(values) < _UPDATES or fallen > _WELL_FALLEN:
        return
    found = []
    for parameter in history.parameters.values():
        moved = parameter.moved[len(parameter.moved) // 3 :]
        if fallen > _ENOUGH_FALL or len(moved) < _UPDATES or len(history.values.shape(parameter.first)) < 2:
            continue
        turns = _turns(history, moved)
        if len(turns) >= _UPDATES // 2 and statistics.median(turns) < _AGAINST and _large(history, moved):
            found.append((statistics.median(turns), parameter))
    if not found:
        yield from _leaping(history, _LEAP if fallen <= _ENOUGH_FALL else _FAR_LEAP)
        return
    turn, parameter = min(found, key=lambda entry: entry[0])
    told = (
        f"the updates of {parameter.name} take each other back (cosine {turn:.2f}) and the loss doesn't fall"
    )
    yield _too_large(parameter, told, {"cosine of successive updates": turn})


def _too_large(parameter: Parameter, told: str, figures: dict[str, float]) -> Finding:
    update = parameter.moved[0].update
    rate = update.rate()
    return Finding(
        f"{told}: the steps of {update.optimizer} are too large{'' if rate is None else f' (lr {rate:g})'}",
        update.optimizer,
        seq=parameter.moved[0].seq,
        site=update.made,
        blamed=("lr", "alpha", ""),
        evidence={**figures, "learning rate": rate, "parameter": parameter.name},
        subjects=frozenset({parameter.name}),
    )


def _leaping(history: History, limit: float) -> Iterator[Finding]:
    """The weight whose updates are largest beside it, in the later half of the run, if they are too large."""
    leaps = []
    for parameter in history.parameters.values():
        moved = parameter.moved[len(parameter.moved) // 2 :]
        if len(moved) < _UPDATES or len(history.values.shape(parameter.first)) < 2:
            continue
        ratios = [
            step / size
            for event in moved[:: max(1, len(moved) // _LOOKS)]
            if (step := history.values.moved_by(event.before, event.after)) is not None
            and (size := history.values.norm(event.before))
        ]
        if len(ratios) >= _UPDATES // 2 and statistics.median(ratios) > limit:
            leaps.append((statistics.median(ratios), parameter))
    if not leaps:
        return
    ratio, parameter = max(leaps, key=lambda entry: entry[0])
    told = (
        f"each update changes {parameter.name} by {ratio:.2g} of its size, to the end,"
        " and the loss doesn't fall well"
    )
    yield _too_large(parameter, told, {"update / weight": ratio})


def _turns(history: History, moved: list[Moved]) -> list[float]:
    """The cosines of the angles between successive updates."""
    turns = []
    last: tuple[Moved, np.ndarray] | None = None
    for event in moved:
        before, after = history.values.sample(event.before), history.values.sample(event.after)
        if before is None or after is None or before.shape != after.shape:
            last = None
            continue
        step = after - before
        if last is not None and event.update.t == last[0].update.t + 1:
            scale = float(np.linalg.norm(step) * np.linalg.norm(last[1]))
            if scale > 0 and np.isfinite(scale):
                turns.append(float(step @ last[1]) / scale)
        last = event, step
    return turns


def _large(history: History, moved: list[Moved]) -> bool:
    """Whether the updates are a good part of the weights' size: jitter in the last digits is no oscillation."""
    event = moved[-1]
    step, size = history.values.moved_by(event.before, event.after), history.values.norm(event.before)
    return step is not None and bool(size) and step > _STEP * (size or 1.0)
