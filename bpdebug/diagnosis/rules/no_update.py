"""Gradients are computed, but nothing ever changes a parameter."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.training import loss_walks, model_of
from ..finding import Finding

__all__ = ["find"]

_WALKS = 3


def find(history: History) -> Iterator[Finding]:
    """Several backward passes from one line, an optimizer in the script, no update, and weights that stay the same."""
    walks = loss_walks(history)
    if history.updates or len(walks) < _WALKS or history.script.first_with(r"\bsetup\s*\(") is None:
        return
    received = {event.var for walk in walks for event in walk.received}
    parameters = [history.parameters[var] for var in sorted(received) if var in history.parameters]
    if not parameters:
        return
    for parameter in parameters:
        contents = {tensor for op in parameter.used_by for var, tensor in op.x if var == parameter.number}
        if len(contents) > 1:
            return  # the script changes it by itself
    where = model_of(parameters) or parameters[0].name
    yield Finding(
        f"{len(walks)} backward passes give {where} gradients, but the optimizer's update() is never called",
        where,
        seq=walks[0].seq,
        site=walks[0].caller,
        evidence={"backward passes": len(walks), "updates": 0},
        subjects=frozenset(parameter.name for parameter in parameters),
    )
