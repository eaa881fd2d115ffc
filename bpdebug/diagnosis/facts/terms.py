"""The terms that a loss is the sum of, each with its sign: `rec - 0.5 * kl` has `rec`, +, and `kl`, -."""

from __future__ import annotations

import dataclasses

from .history import History
from .records import Op, Walk

__all__ = ["Term", "terms_of"]

_MAX_TERMS = 64


@dataclasses.dataclass(slots=True)
class Term:
    """A number that `op` gave and that goes into the loss with `sign`, 1 or -1; `turned` is the op that made it -1."""

    op: Op
    sign: int
    value: float
    turned: Op | None


def terms_of(history: History, walk: Walk) -> list[Term]:
    """The terms of the loss that a walk began at, as they stood then; none where a part of it isn't known."""
    if walk.root_op is None:
        return []
    found: list[Term] = []
    pending: list[tuple[Op, int, Op | None]] = [(walk.root_op, 1, None)]
    while pending and len(found) < _MAX_TERMS:
        op, sign, turned = pending.pop()
        parts = _parts(history, op)
        for source, factor in parts:
            becomes = sign * factor
            pending.append((source, becomes, (op if becomes < sign else turned) if becomes < 0 else None))
        if parts:
            continue
        value = history.values.number(op.y[0][1]) if op.y else None
        if value is None:
            return []
        found.append(Term(op, sign, value, turned))
    return found


def _parts(history: History, op: Op) -> list[tuple[Op, int]]:
    """What an op of numbers adds up, with signs; empty for one that is a term itself."""
    if op.label not in ("add", "sub", "neg", "mul"):
        return []
    sources = [(place, source) for place, source in enumerate(op.sources) if source is not None]
    if not sources or any(history.values.number(source.y[0][1]) is None for _, source in sources):
        return []
    if op.label == "mul":
        constant = op.attrs.get("c")
        if len(op.x) != 1 or not isinstance(constant, int | float) or not constant:
            return []
        return [(sources[0][1], 1 if constant > 0 else -1)]
    if op.label == "neg" or (op.label == "sub" and len(op.x) == 1):  # a number minus the one input
        return [(sources[0][1], -1)]
    return [(source, -1 if op.label == "sub" and place == 1 else 1) for place, source in sources]
