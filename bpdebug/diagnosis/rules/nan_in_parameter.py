"""A parameter holds NaN or infinity before any update: it was never given a value, or loaded a bad one."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.origin import Kind, origin
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """The origin of the first harm, where it is a parameter as it was made."""
    found = origin(history)
    if found is None or found.kind is not Kind.parameter or found.op is None:
        return
    parameter = history.parameters[found.op.x[found.place][0]]
    yield Finding(
        f"{parameter.name} is not finite when it is first used: it was never initialized, or loaded so",
        parameter.name,
        seq=found.op.seq,
        site=parameter.made,
        evidence={"op": history.address(found.op.seq)},
        subjects=frozenset({parameter.name}),
    )
