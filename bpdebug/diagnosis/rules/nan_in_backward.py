"""The forward pass is finite, but a backward step makes a NaN or infinity."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.operands import explain_step
from ..facts.origin import Kind, origin
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """The origin of the first harm, where it is a backward step; with the operand at which its slope is infinite."""
    found = origin(history)
    if found is None or found.kind is not Kind.backward or found.step is None:
        return
    step = found.step
    operands, reason = explain_step(history, step)
    because = f": {reason}" if reason else ""
    yield Finding(
        f"the gradient of {step.label} is the first value that is not finite,"
        f" in iteration {step.walk.iteration}{because}",
        f"{step.scope}/{step.label}" if step.scope else step.label,
        seq=step.seq,
        site=step.site,
        evidence={"operand": operands or None, "iteration": step.walk.iteration},
    )
