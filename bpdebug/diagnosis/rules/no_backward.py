"""The optimizer updates, but no backward pass ever computes a gradient."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 3


def find(history: History) -> Iterator[Finding]:
    """Several updates and not one walk."""
    if history.walks or len(history.updates) < _UPDATES:
        return
    first = history.updates[0]
    parameters = [history.parameters[var] for var in first.takes if var in history.parameters]
    if any(history.values.norm(moved.grad) for moved in first.moved):
        return  # the script gives gradients by itself
    where = model_of(parameters) or first.optimizer
    yield Finding(
        f"{first.optimizer} has updated {where} {len(history.updates)} times, but backward() was never called",
        where,
        seq=first.seq,
        site=first.site,
        evidence={"updates": len(history.updates), "backward passes": 0},
        subjects=frozenset(parameter.name for parameter in parameters),
    )
