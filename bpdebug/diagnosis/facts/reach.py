"""Which parameters an optimizer was given and no gradient ever reached, and where the way to them ends.

The way is followed forwards, from the op that uses the parameter towards the loss, until an op whose output nobody
reads, or that a backward walk didn't visit.
"""

from __future__ import annotations

import dataclasses
import enum

from .history import History
from .records import Op, Parameter, Walk
from .training import downstream

__all__ = ["Unreached", "Why", "trained", "unreached"]

_UPDATES = 2


class Why(enum.Enum):
    """What keeps a gradient from a parameter."""

    unused = "no op uses it"
    graph_off = "the graph was off"
    cut = "its value went on as a plain array"
    unchained = "the graph was cut behind it"
    by_rule = "an op's rule gives no gradient"
    aside = "the loss doesn't depend on it"


@dataclasses.dataclass(slots=True)
class Unreached:
    """A parameter without gradient; `op` is where the way ends, `entry` where its value comes in again."""

    parameter: Parameter
    why: Why
    op: Op | None = None
    entry: Op | None = None


def trained(history: History) -> set[int]:
    """The variables that some optimizer was given in all of its updates, and that were not frozen in all of them."""
    found = set()
    for number in {update.number for update in history.updates}:
        updates = [update for update in history.updates if update.number == number]
        given = set(updates[-1].takes).intersection(*(update.takes for update in updates))
        frozen = frozenset.intersection(*(update.frozen for update in updates))
        found |= given - frozen
    return found


def unreached(history: History) -> list[Unreached]:
    """The parameters that an optimizer was to train and that never got a gradient."""
    walks = [walk for walk in history.walks if not walk.failed]
    if len(history.updates) < _UPDATES or len(walks) < _UPDATES:
        return []
    found = []
    for number in sorted(trained(history)):
        parameter = history.parameters.get(number)
        if parameter is None or parameter.received:
            continue
        updates = [update for update in history.updates if number in update.takes]
        if len(updates) >= _UPDATES and not _given_by_hand(history, parameter):
            found.append(_explain(history, parameter))
    return found


def _given_by_hand(history: History, parameter: Parameter) -> bool:
    return any(history.values.norm(moved.grad) for moved in parameter.moved)


def _explain(history: History, parameter: Parameter) -> Unreached:
    last_update = history.updates[-1].seq
    uses = [op for op in parameter.used_by if not op.during and op.seq < last_update]
    training = [op for op in uses if op.train]
    if not training:
        return Unreached(parameter, Why.unused)
    known = [use for use in training if all(history.values.array(tensor) is not None for _, tensor in use.y)]
    walk, before = _walk_for(history, parameter)
    near = [use for use in known or training if walk is not None and before < use.seq < walk.seq]
    op = (near or known or training)[0]
    iteration = [other for other in history.ops if _together(op, other, walk) and not other.during]
    if not op.in_graph:
        return Unreached(parameter, Why.graph_off, op)
    reached = downstream([op])
    for other in reached:
        if not other.in_graph:
            return Unreached(parameter, Why.graph_off, other)
        for step in other.steps:
            places = [place for place, source in enumerate(other.sources) if source in reached]
            given = other is not op and any(
                step.gx[place] is not None for place in places if place < len(step.gx)
            )
            if given:
                return Unreached(parameter, Why.unchained, _last_before(other, reached))
            return Unreached(parameter, Why.by_rule, step.op)
    end = reached[-1]
    entry = _entry_of(iteration, reached, walk)
    if entry is not None:
        return Unreached(parameter, Why.cut, end, entry)
    visited = [other for other in reached if any(reader.steps for reader in other.readers)]
    if visited:
        return Unreached(parameter, Why.unchained, visited[-1])
    if _unchains(history, reached) or _is_unchained_root(history, end):
        return Unreached(parameter, Why.unchained, end)
    later = [
        other for other in iteration if other.seq > op.seq and other.steps and _takes_floats(history, other)
    ]
    after_end = [other for other in later if other.seq > end.seq]
    if after_end and not _is_root(history, end):
        return Unreached(parameter, Why.cut, end, after_end[0])
    return Unreached(parameter, Why.aside, end)


def _last_before(op: Op, reached: list[Op]) -> Op:
    """The op among those reached that the walk should have gone on to from `op`."""
    return next((source for source in reversed(op.sources) if source is not None and source in reached), op)


def _walk_for(history: History, parameter: Parameter) -> tuple[Walk | None, int]:
    """The walk whose gradients the parameter's first update was to use, and where the one before it began."""
    update = next((update for update in history.updates if parameter.number in update.takes), None)
    walks = [walk for walk in history.walks if update is not None and walk.seq < update.seq]
    return (walks[-1] if walks else None), (walks[-2].seq if len(walks) > 1 else -1)


def _together(op: Op, other: Op, walk: Walk | None) -> bool:
    """Whether an op is of the same iteration, or lies before the walk; two nets have an update each in between."""
    return other.iteration == op.iteration or (walk is not None and op.seq <= other.seq < walk.seq)


def _entry_of(iteration: list[Op], reached: list[Op], walk: Walk | None) -> Op | None:
    """The op that is fed the very content that one of the reached ops gave; best one that the walk visits.

    A generator's output goes into the discriminator as an array on purpose, and once more for its own loss.
    """
    contents = {tensor for op in reached for _, tensor in op.y if tensor is not None}
    entries = [
        op
        for op in iteration
        if op not in reached and any(op.x[place][1] in contents for place in op.fed if place < len(op.x))
    ]
    visited = (op for op in entries if any(step.walk is walk for step in op.steps))
    return next(visited, entries[0] if entries else None)


def _takes_floats(history: History, op: Op) -> bool:
    """Whether the op is handed a plain array of floats that could come from anywhere."""
    return any(
        history.values.dtype(op.x[place][1]).lstrip("<>=|")[:1] == "f"
        and len(history.values.shape(op.x[place][1])) > 1
        for place in op.fed
        if place < len(op.x)
    ) and bool(history.parameters_of(op))


def _unchains(history: History, reached: list[Op]) -> bool:
    return history.script.first_with(r"\.unchain(_backward)?\s*\(") is not None and any(
        reader.steps for op in reached for reader in op.readers
    )


def _is_unchained_root(history: History, op: Op) -> bool:
    """Whether a walk began at what the op made and didn't find it: `loss.unchain_backward()` before `backward()`."""
    made = set(op.y)
    return any(not walk.steps and made.intersection(walk.roots) for walk in history.walks if not walk.failed)


def _is_root(history: History, op: Op) -> bool:
    return any(walk.root_op is op for walk in history.walks)
