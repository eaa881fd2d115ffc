"""One linear layer follows another with nothing in between: together they are one linear layer."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.detached import detached
from ..facts.history import History
from ..facts.records import Op
from ..facts.training import weighted
from ..finding import Finding

__all__ = ["find"]

_STAYS_LINEAR = (
    "reshape",
    "transpose",
    "squeeze",
    "expand_dims",
    "dropout",
    "identity",
    "copy",
    "cast",
    "average_pooling",
)


def find(history: History) -> Iterator[Finding]:
    """Two ops with weights, one behind the other, where the layer between isn't narrower than both of its sides.

    A narrow one in between is a factorization that is meant: a bottleneck, a code, a projection. One that its output
    goes elsewhere, too, is read by somebody.
    """
    seen: set[tuple[str, str]] = set()
    for op in history.training_ops():
        if not weighted(op) or op.label.startswith("deconvolution") or not op.sources:
            continue
        before = _linear_before(op)
        if (
            before is None
            or not before.steps
            or len({(reader.site, reader.label) for reader in before.readers}) > 1
        ):
            continue
        if any(cut.made is before for cut in detached(history)):
            continue
        pair = before.scope, op.scope
        if pair in seen or before.scope == op.scope:
            continue
        seen.add(pair)
        sizes = _sizes(history, before, op)
        if sizes is None or sizes[1] < min(sizes[0], sizes[2]) or _is_beside_another(before, op):
            continue
        if _are_separable(history, before, op):
            continue
        yield Finding(
            f"the output of {before.scope or before.label} goes straight into {op.scope or op.label}, with no"
            " non-linearity in between: the two can do no more than one",
            before.scope or before.label,
            seq=op.seq,
            site=before.site if _depth(history, before) <= _depth(history, op) else op.site,
            evidence={
                "first": history.address(before.seq),
                "second": history.address(op.seq),
                "sizes": list(sizes),
            },
            subjects=frozenset({before.scope, op.scope}),
        )


def _depth(history: History, op: Op) -> int:
    return len(history.script.frames(op.site))


def _linear_before(op: Op) -> Op | None:
    source = op.sources[0]
    while source is not None and source.label in _STAYS_LINEAR:
        source = source.sources[0] if source.sources else None
    same_kind = source is not None and weighted(source) and source.label == op.label
    return source if same_kind and not _spatial(op) else None


def _spatial(op: Op) -> bool:
    """Convolutions over channels and over places are split on purpose (depthwise and pointwise)."""
    groups = op.attrs.get("groups", 1)
    return isinstance(groups, int) and groups > 1


def _are_separable(history: History, before: Op, op: Op) -> bool:
    """Whether one filter is a column and the other a row: together they are a larger one, on purpose."""
    first, second = history.values.shape(before.x[1][1])[2:], history.values.shape(op.x[1][1])[2:]
    long = [axis for axis, sizes in enumerate(zip(first, second, strict=False)) if max(sizes) > 1]
    return len(long) > 1 and all(min(first[axis], second[axis]) == 1 for axis in long)


def _is_beside_another(before: Op, op: Op) -> bool:
    """Whether the two correct another layer's output for the same input: an adapter of low rank."""
    given = before.x[0][0]
    return any(
        other is not None and other is not op and weighted(other) and other.x[0][0] == given
        for reader in op.readers
        if reader.label == "add"
        for other in reader.sources
    )


def _sizes(history: History, before: Op, op: Op) -> tuple[int, int, int] | None:
    """How many features go in, lie between, and come out."""
    first, second = history.values.shape(before.x[1][1]), history.values.shape(op.x[1][1])
    if len(first) < 2 or len(second) < 2:
        return None
    return first[1], first[0], second[0]
