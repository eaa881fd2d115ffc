"""The first NaN or infinity is made by an op of the forward pass, or written by the script into what an op gave."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.operands import explain_forward
from ..facts.origin import Kind, origin
from ..finding import Finding

__all__ = ["find"]

_NO_WRITING = "Compute a new variable with F functions instead of writing into .array."
_UNMASK = "Leave an element of each row unmasked, or mask with a large finite number, such as -1e4."


def find(history: History) -> Iterator[Finding]:
    """The origin of the first harm, where it is an op; with its operands, and why they give no number."""
    found = origin(history)
    if found is None or found.kind is not Kind.forward or found.op is None:
        return
    op = found.op
    if found.maker is not None:
        yield Finding(
            f"{found.maker.label} gives finite values, and what then goes into {op.label} is not finite, in iteration"
            f" {op.iteration}: the script writes into its array",
            f"{op.scope}/{op.label}" if op.scope else op.label,
            seq=op.seq,
            site=op.site,
            fix=_NO_WRITING,
            evidence={"iteration": op.iteration, "op": op.cls},
        )
        return
    operands, reason = explain_forward(history, op)
    because = f": {reason}" if reason else ""
    masked = " (hidden again later in the forward pass, but its gradient is not)" if found.masked else ""
    yield Finding(
        f"{op.label} makes the first value that is not finite, in iteration {op.iteration}{because}{masked}",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.seq,
        site=op.site,
        fix=_UNMASK if "mask" in reason else "",
        evidence={"operand": operands or None, "iteration": op.iteration, "op": op.cls},
    )
