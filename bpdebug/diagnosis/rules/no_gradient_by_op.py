"""An op on the way gives no gradient: its own rule returns None, or it has none to give."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Why, unreached
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient although the walk comes to an op behind them."""
    found = [entry for entry in unreached(history) if entry.why is Why.by_rule and entry.op is not None]
    by_op: dict[int, list[str]] = {}
    for entry in found:
        assert entry.op is not None
        by_op.setdefault(entry.op.site, []).append(entry.parameter.name)
    for site, names in by_op.items():
        op = next(entry.op for entry in found if entry.op is not None and entry.op.site == site)
        reasons = [reason for step in op.steps for reason in step.why.values()]
        line = history.script.rule_line(op.cls)
        yield Finding(
            f"{op.label} gives no gradient to what is behind it, so {', '.join(names)} never get one",
            op.label,
            seq=op.steps[0].seq if op.steps else op.seq,
            site=site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "parameters without gradient": len(names),
                "reason": reasons[0] if reasons else "its rule gives none",
            },
            subjects=frozenset(names),
        )
