"""A reshape is used where a transpose is meant: elements change places between rows."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """A reshape of a training op whose new shape has the very sizes of the old one in another order."""
    seen: set[int] = set()
    for op in history.training_ops():
        if op.label != "reshape" or op.site in seen or not op.y:
            continue
        before = [size for size in history.values.shape(op.x[0][1]) if size != 1]
        after = [size for size in history.values.shape(op.y[0][1]) if size != 1]
        if len(before) < 2 or before == after or sorted(before) != sorted(after):
            continue
        if len(set(before)) == 1:
            continue
        seen.add(op.site)
        yield Finding(
            f"reshape turns {tuple(before)} into {tuple(after)}: the sizes change places, but the elements stay in"
            " order; transpose would move them",
            f"{op.scope}/reshape" if op.scope else "reshape",
            seq=op.seq,
            site=op.site,
            evidence={"before": list(before), "after": list(after)},
            subjects=frozenset({"reshape"}),
        )
