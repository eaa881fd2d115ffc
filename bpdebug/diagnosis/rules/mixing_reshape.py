"""A reshape is used where a transpose is meant: elements change places between rows, or between examples."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts.batch import batch_behind
from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_BELOW = "were put one below the other"


def find(history: History) -> Iterator[Finding]:
    """A reshape, of data or on the way to the loss, whose new shape has the very sizes of the old one in another order.

    Or one that makes rows of examples of what had the examples along another axis, such as (T, B, H) to (B, T * H).
    """
    seen: set[int] = set()
    for op in history.ops:
        if op.label != "reshape" or op.site in seen or not op.y or op.during:
            continue
        if not _trained_on(op):
            continue
        before, after = history.values.shape(op.x[0][1]), history.values.shape(op.y[0][1])
        told = (
            _swapped(before, after)
            or _spread_over(history, op, before, after)
            or _side_by_side(history, op, before, after)
        )
        if not told:
            continue
        seen.add(op.site)
        yield Finding(
            told,
            f"{op.scope}/reshape" if op.scope else "reshape",
            seq=op.seq,
            site=op.site,
            fix="Concatenate along axis 1: F.concat((a, b), axis=1)." if _BELOW in told else "",
            evidence={"before": list(before), "after": list(after)},
            subjects=frozenset({"reshape"}),
        )


def _trained_on(op: Op) -> bool:
    """Whether a backward walk reaches what was made of its result; that of data has no step of its own."""
    waiting, seen = [op], {op.seq}
    while waiting:
        reached = waiting.pop()
        if reached.steps:
            return True
        fresh = [reader for reader in reached.readers if reader.seq not in seen]
        seen.update(reader.seq for reader in fresh)
        waiting += fresh
    return False


def _swapped(before: tuple[int, ...], after: tuple[int, ...]) -> str:
    old, new = [size for size in before if size != 1], [size for size in after if size != 1]
    if len(old) < 2 or old == new or sorted(old) != sorted(new) or len(set(old)) == 1:
        return ""
    return (
        f"reshape turns {tuple(old)} into {tuple(new)}: the sizes change places, but the elements stay in order;"
        " transpose would move them"
    )


def _spread_over(history: History, op: Op, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """The axis of the examples moves to the front, or away from there, while the elements stay where they are."""
    if len(before) < 2 or len(after) < 2 or before[0] == after[0]:
        return ""
    examples = batch_behind(history, op)
    if examples < 2:
        return ""
    old, new = _strides(before, examples), _strides(after, examples)
    if (
        len(old) != 1
        or len(new) != 1
        or old == new
        or 0 not in (before.index(examples), after.index(examples))
    ):
        return ""
    return (
        f"reshape turns {before} into {after}: the {examples} examples were along axis {before.index(examples)}, so"
        f" each row along axis {after.index(examples)} now mixes several of them; transpose first"
    )


def _side_by_side(history: History, op: Op, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Results for the same examples are put one below the other, and rows of as many examples cut out of that."""
    joined = op.sources[0] if op.sources else None
    if joined is None or joined.label not in ("concat", "vstack") or joined.attrs.get("axis", 0) != 0:
        return ""
    parts = {history.values.shape(tensor)[:1] for _, tensor in joined.x}
    examples = batch_behind(history, op)
    if examples < 2 or parts != {(examples,)} or after[:1] != (examples,) or len(joined.x) < 2:
        return ""
    return (
        f"reshape turns {before} into {after}: {len(joined.x)} times {examples} examples {_BELOW},"
        " so each row now holds several of them"
    )


def _strides(shape: tuple[int, ...], size: int) -> list[int]:
    """How many elements lie between neighbours along each axis of a size."""
    return [math.prod(shape[axis + 1 :]) for axis, length in enumerate(shape) if length == size]
