"""The graph of all earlier iterations hangs on to the latest one, and backward() goes through all of it again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..facts.history import History
from ..facts.records import Walk
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_WALKS = 5
_LOOKED = 12
_GROWN = 2.0
_FIX_OF_STATE = (
    "Call reset_state() of {layer} where a new sequence begins; where the same one goes on, call"
    " loss.unchain_backward() after update()."
)


def find(history: History) -> Iterator[Finding]:
    """Walks of one line that grow from one to the next and visit what the walk before has visited already.

    A trunk that two losses share is visited twice, and no more than that.
    """
    by_line: dict[int, list[Walk]] = {}
    for walk in history.walks:
        if walk.call == "backward" and not walk.failed:
            by_line.setdefault(walk.caller, []).append(walk)
    for caller, walks in by_line.items():
        sizes = [len(walk.steps) for walk in walks[:_LOOKED]]
        if len(sizes) < _WALKS or not sizes[0] or sizes[-1] < _GROWN * sizes[0]:
            continue
        if not all(before < after for before, after in pairwise(sizes)):
            continue
        again = [step.op for step in walks[1].steps if step.op is not None and len(step.op.steps) >= 3]
        if not again:
            continue
        parameters = [parameter for op in again for parameter in history.parameters_of(op)]
        where = model_of(parameters) or (parameters[0].name if parameters else again[0].label)
        layer = _carries_state(history, walks[1])
        state = f", as {layer} carries its state on" if layer else ""
        yield Finding(
            f"each backward() goes through the graphs of all iterations before, too{state}: {sizes[0]} ops at first,"
            f" {len(walks[-1].steps):,} at the end; gradients of old passes are added again and again",
            where,
            seq=walks[1].seq,
            site=caller,
            evidence={"ops visited": sizes, "passes": len(walks)},
            fix=_FIX_OF_STATE.format(layer=layer) if layer else "",
            subjects=frozenset(parameter.name for parameter in parameters),
        )
        return


def _carries_state(history: History, walk: Walk) -> str:
    """The recurrent layer whose op reads what it gave in an earlier iteration; empty where it is another way."""
    for step in walk.steps:
        op = step.op
        if op is None or op.scope not in history.layers or "." not in op.scope:
            continue
        earlier = (source for source in op.sources if source is not None and source.scope == op.scope)
        if any(source.iteration < op.iteration for source in earlier):
            return op.scope
    return ""
