"""update() comes before backward(): each step follows the gradient of the iteration before."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Moved, Op, Parameter
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 3
_MOST = 0.8


def find(history: History) -> Iterator[Finding]:
    """At nearly every update, the forward pass before it is walked back only after it.

    Nets that train each other do so at one net's update, with the pass of the other; here a parameter's own latest
    pass counts.
    """
    late: list[tuple[Parameter, list[Moved]]] = []
    for parameter in history.parameters.values():
        found = _late(parameter)
        if len(found) >= _UPDATES and len(found) >= _MOST * (len(parameter.moved) - 1):
            late.append((parameter, found))
    if not late:
        return
    parameters = [parameter for parameter, _ in late]
    first = min((found[0] for _, found in late), key=lambda moved: moved.seq)
    where = (model_of(parameters) if len(parameters) > 1 else "") or parameters[0].name
    yield Finding(
        f"update() of {where} comes between the forward pass and backward(): each step follows the gradient of the"
        " pass before",
        where,
        seq=first.seq,
        site=first.update.site,
        evidence={"late updates": len(late[0][1]), "updates": len(parameters[0].moved)},
        subjects=frozenset(parameter.name for parameter in parameters),
    )


def _late(parameter: Parameter) -> list[Moved]:
    """The updates that came between a pass of the parameter and the walk back through it, with older gradients."""
    uses = [op for op in parameter.used_by if op.steps and not op.during]
    found = []
    for moved in parameter.moved:
        place = bisect.bisect(uses, moved.seq, key=_seq) - 1
        if place < 0 or uses[place].steps[0].seq < moved.seq:
            continue
        walked = any(step.seq < moved.seq for use in uses[max(0, place - 3) : place] for step in use.steps)
        if walked and moved.grad is not None:
            found.append(moved)
    return found


def _seq(op: Op) -> int:
    return op.seq
