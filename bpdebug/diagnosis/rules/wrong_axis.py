"""Softmax, or an average, runs over the batch, so that examples influence each other; or over a single element."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.batch import batch_behind
from ..facts.history import History
from ..facts.records import Op
from ..facts.training import downstream, upstream, weighted
from ..finding import Finding

__all__ = ["find"]

_NORMALIZING = ("softmax", "log_softmax", "normalize", "logsumexp", "cumsum")
_OF_ONE = ("softmax", "log_softmax")
_EXCHANGES = r"\.T\b|transpose|swapaxes|moveaxis|rollaxis"
_REDUCING = ("sum", "mean", "max", "min", "average")


def find(history: History) -> Iterator[Finding]:
    """Ops over axis 0 of an array whose axis 0 is the batch, on the way to the loss; softmax of single elements."""
    seen: set[int] = set()
    for op in history.training_ops():
        if op.site in seen or not op.x:
            continue
        shape = history.values.shape(op.x[0][1])
        alone = _axis_of_one(op, shape)
        if alone is not None:
            seen.add(op.site)
            yield Finding(
                f"{op.label} runs over axis {alone} of {shape}, which has one element: it gives the same whatever"
                " goes in",
                f"{op.scope}/{op.label}" if op.scope else op.label,
                seq=op.seq,
                site=op.site,
                evidence={"shape": list(shape), "axis": alone},
                subjects=frozenset({op.label}),
            )
            continue
        if len(shape) < 2 or 0 not in _axes(op.attrs, len(shape)):
            continue
        if shape[0] < 2 or shape[0] != batch_behind(history, op):
            continue
        if shape[0] == shape[1] and not (len(shape) > 2 and _batch_comes_first(history, op)):
            continue
        if op.label in _NORMALIZING or (op.label in _REDUCING and _goes_into_weights(op)):
            seen.add(op.site)
            yield Finding(
                f"{op.label} runs over axis 0, the {shape[0]} examples of the batch, so they influence each other;"
                f" axis 1 has {shape[1]} elements",
                f"{op.scope}/{op.label}" if op.scope else op.label,
                seq=op.seq,
                site=op.site,
                evidence={"shape": list(shape), "axis": 0, "examples": shape[0]},
                subjects=frozenset({op.label}),
            )


def _axis_of_one(op: Op, shape: tuple[int, ...]) -> int | None:
    """The only axis of a softmax, where it has one element and others have more."""
    axes = _axes(op.attrs, len(shape)) if op.label in _OF_ONE and len(shape) > 1 else []
    return axes[0] if len(axes) == 1 and shape[axes[0]] == 1 < max(shape) else None


def _axes(attrs: dict[str, object], ndim: int) -> list[int]:
    axis = attrs.get("axis")
    if isinstance(axis, int) and not isinstance(axis, bool):
        return [axis % ndim]
    if isinstance(axis, list | tuple):
        return [a % ndim for a in axis if isinstance(a, int)] if len(axis) < ndim else []
    return []


def _batch_comes_first(history: History, op: Op) -> bool:
    """Of as many examples as steps: whether the data come as they were stacked, and nothing exchanges their axes."""
    if history.script.lines_with(_EXCHANGES):
        return False
    behind = upstream([op])
    return any(0 in other.fed for other in behind) and not any(
        other.label in ("transpose", "swapaxes", "moveaxis", "rollaxis", "stack", "separate")
        for other in behind
    )


def _goes_into_weights(op: Op) -> bool:
    return any(weighted(later) for later in downstream([op]) if later is not op)
