"""Parameter and gradient are finite, but the optimizer makes a value that isn't."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.origin import Kind, origin
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """The origin of the first harm, where it is an update: a rate that is no number, or a division by its own zero."""
    found = origin(history)
    if found is None or found.kind is not Kind.update or found.moved is None:
        return
    moved = found.moved
    name = history.name(moved.var)
    update = moved.update
    yield Finding(
        f"{update.optimizer} made {name} not finite in its step {update.t}, from a finite value and a finite gradient",
        name,
        seq=moved.seq,
        site=update.made,
        evidence={
            "gradient norm": history.values.norm(moved.grad),
            "parameter norm": history.values.norm(moved.before),
            **{key: value for key, value in update.hyper.items() if isinstance(value, int | float)},
        },
        subjects=frozenset({name}),
    )
