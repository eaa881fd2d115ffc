"""Where the first NaN or infinity that did harm came from.

Harm is a loss, a parameter's gradient or a parameter that isn't finite. A minus infinity that a softmax takes away
again (a mask), or a gradient that overflowed and was skipped (loss scaling), does none and is left alone.
"""

from __future__ import annotations

import dataclasses
import enum

import numpy as np

from .history import History
from .records import Moved, Op, Step, Walk

__all__ = ["Kind", "Origin", "origin"]


_OVER_A_MASK = ("softmax", "log_softmax", "logsumexp")


class Kind(enum.Enum):
    """What made the first value that isn't finite."""

    data = "the script handed it over"
    parameter = "a parameter held it before any update"
    forward = "an op computed it"
    backward = "a backward step computed it"
    update = "an update made it"


@dataclasses.dataclass(slots=True)
class Origin:
    """The place: `op` with `place` of its input for data and parameters, `step`, or `moved`.

    `masked` is the op behind a backward step that gave infinities which the forward pass then hid. `maker` is set where
    the script wrote into what an op had made of finite values: that op; `op` is the first one that took it.
    """

    kind: Kind
    seq: int
    op: Op | None = None
    place: int = 0
    step: Step | None = None
    moved: Moved | None = None
    masked: bool = False
    maker: Op | None = None


def origin(history: History) -> Origin | None:
    """The origin of the first harm, None if there is none."""
    if "origin" not in history.memo:
        history.memo["origin"] = _find(history)
    found = history.memo["origin"]
    assert found is None or isinstance(found, Origin)
    return found


def _find(history: History) -> Origin | None:
    for walk in history.walks:
        root = walk.root_op
        if not all(history.values.finite(tensor) for _, tensor in walk.roots):
            return None if root is None else _behind(history, root)
        found = _in_walk(history, walk)
        if found is not None:
            return found
    return _bad_update_before(history, None) or _in_evaluation(history)


def _in_walk(history: History, walk: Walk) -> Origin | None:
    """The first bad backward step of a walk whose gradients do harm."""
    done = any(_harms(history, event.var, event.seq) for event in walk.received if event.nonfinite)
    if not done and (walk.finished or not any(_will_harm(history, step) for step in walk.steps)):
        return _bad_update_before(history, walk)
    first = {event.var: event for event in reversed(walk.received) if event.var in history.parameters}
    if any(not history.values.finite(event.before) for event in first.values()):
        return None  # old gradients; another rule's matter
    for step in walk.steps:
        if step.nonfinite and not _bad(history, *step.gy):
            op = step.op
            if op is not None:
                hidden = _hidden(history, op)
                if hidden is not None:
                    return hidden
            return Origin(Kind.backward, step.seq, op=op, step=step)
    return None


def _harms(history: History, var: int, seq: int) -> bool:
    """Whether the parameter itself stops being finite by its next update, or nothing updates it."""
    parameter = history.parameters.get(var)
    if parameter is None:
        return False
    later = [moved for moved in parameter.moved if moved.seq > seq]
    return not later or not history.values.finite(later[0].after)


def _will_harm(history: History, step: Step) -> bool:
    """Whether a step has made a parameter's gradient that isn't finite; who looks at a paused run sees no more yet."""
    return step.nonfinite and any(
        var in history.parameters and not history.values.finite(gx)
        for var, gx in zip(step.x, step.gx, strict=False)
    )


def _bad_update_before(history: History, walk: Walk | None) -> Origin | None:
    """The first update that made something bad of what was good, if it came before the walk (None: ever)."""
    if "first bad update" not in history.memo:
        bad = (
            moved
            for update in history.updates
            for moved in update.moved
            if moved.nonfinite and not _bad(history, moved.before, moved.grad)
        )
        history.memo["first bad update"] = next(bad, None)
    moved = history.memo["first bad update"]
    assert moved is None or isinstance(moved, Moved)
    if moved is None or (walk is not None and moved.update.seq > walk.seq):
        return None
    return Origin(Kind.update, moved.seq, moved=moved)


def _hidden(history: History, op: Op) -> Origin | None:
    """An op whose infinite output the forward pass hid, and whose gradient then became NaN."""
    if _bad(history, *(tensor for _, tensor in op.x)):
        source = _behind(history, op)
        if source is not None and source.op is not None:
            source.masked = True
        return source
    if op.nonfinite:
        return Origin(Kind.forward, op.seq, op=op, masked=True)
    return None


def _behind(history: History, op: Op) -> Origin | None:
    """From an op with a bad output back to where it began; of a mask of -inf, to the softmax that it left nothing."""
    seen = set()
    emptied: Op | None = None
    while op.seq not in seen:
        seen.add(op.seq)
        bad = [place for place, (_, tensor) in enumerate(op.x) if not history.values.finite(tensor)]
        if not bad:
            return Origin(Kind.forward, op.seq, op=op)
        place = bad[0]
        if op.label in _OVER_A_MASK and _holds_only_minus_infinity(history, op.x[place][1]):
            emptied = op
        var = op.x[place][0]
        parameter = history.parameters.get(var)
        if parameter is not None:
            return _of_parameter(history, op, place)
        source = op.sources[place]
        if source is None or not _bad(history, *(tensor for _, tensor in source.y)):
            if emptied is not None:
                return Origin(Kind.forward, emptied.seq, op=emptied)
            if source is None:
                return Origin(Kind.data, op.seq, op=op, place=place)
            return Origin(Kind.forward, op.seq, op=op, place=place, maker=source)
        op = source
    return None


def _holds_only_minus_infinity(history: History, tensor: int | None) -> bool:
    array = history.values.array(tensor)
    return array is not None and not np.isnan(array).any() and not np.isposinf(array).any()


def _of_parameter(history: History, op: Op, place: int) -> Origin | None:
    """Which update made a parameter bad, and why: its gradient, or the rule itself."""
    parameter = history.parameters[op.x[place][0]]
    for moved in parameter.moved:
        if not history.values.finite(moved.after) and history.values.finite(moved.before):
            if history.values.finite(moved.grad):
                return Origin(Kind.update, moved.seq, moved=moved)
            event = next((event for event in reversed(parameter.received) if event.seq < moved.seq), None)
            if event is not None and event.walk is not None and event.nonfinite:
                found = _in_walk(history, event.walk)
                if found is not None:
                    return found
            return None
    return Origin(Kind.parameter, op.seq, op=op, place=place)


def _in_evaluation(history: History) -> Origin | None:
    """A loss that isn't finite and that nobody walked back from, at the end of a run without walks."""
    if history.walks:
        return None
    for op in history.ops:
        if op.nonfinite and not op.readers and not op.during:
            return _behind(history, op)
    return None


def _bad(history: History, *tensors: int | None) -> bool:
    return not all(history.values.finite(tensor) for tensor in tensors)
