"""`unchain()` or `unchain_backward()` cuts parameters off before their gradients are computed."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Why, unreached
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient whose ops are read by ops that the walk visits.

    Truncated backpropagation through time unchains, too, but after the walk: there each parameter gets a gradient.
    """
    found = [entry for entry in unreached(history) if entry.why is Why.unchained and entry.op is not None]
    if not found:
        return
    last = max(found, key=lambda entry: entry.op.seq if entry.op else 0)
    op = last.op
    assert op is not None
    layers = list(dict.fromkeys(entry.parameter.layer or entry.parameter.name for entry in found))
    cut = history.script.first_with(r"\.unchain(_backward)?\s*\(")
    yield Finding(
        f"no gradient reaches {', '.join(layers)}: the graph is cut behind {op.label} before backward() comes there",
        last.parameter.layer or last.parameter.name,
        seq=op.seq,
        site=op.site if cut is None else None,
        file="" if cut is None else cut[0],
        line=0 if cut is None else cut[1],
        evidence={"parameters without gradient": len(found), "cut behind": history.address(op.seq)},
        subjects=frozenset(entry.parameter.name for entry in found),
    )
