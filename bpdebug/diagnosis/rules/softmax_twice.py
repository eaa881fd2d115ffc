"""Probabilities go into a loss that wants raw scores: softmax or sigmoid is applied twice."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_TWICE = {
    "softmax_cross_entropy": ("softmax", "sigmoid"),
    "sigmoid_cross_entropy": ("sigmoid", "softmax"),
    "softmax": ("softmax",),
    "log_softmax": ("softmax",),
    "sigmoid": ("sigmoid",),
}
_PASSES_ON = (
    "reshape",
    "transpose",
    "squeeze",
    "expand_dims",
    "get_item",
    "cast",
    "dropout",
    "identity",
    "copy",
    "concat",
)


def find(history: History) -> Iterator[Finding]:
    """A loss whose input comes from softmax or sigmoid, with nothing but changes of shape in between."""
    seen: set[int] = set()
    for op in history.training_ops():
        before = _TWICE.get(op.label)
        if before is None or not op.sources:
            continue
        inner = _first_real(op.sources[0])
        if inner is None or inner.label not in before or inner.site in seen:
            continue
        seen.add(inner.site)
        line = history.script.named(inner.site, inner.label)
        yield Finding(
            f"{op.label} is given the result of {inner.label}, but applies it itself: it wants the raw scores",
            f"{inner.scope}/{inner.label}" if inner.scope else inner.label,
            seq=inner.seq,
            site=inner.site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"first": history.address(inner.seq), "second": history.address(op.seq)},
            subjects=frozenset({inner.label, op.label}),
        )


def _first_real(op: Op | None) -> Op | None:
    while op is not None and op.label in _PASSES_ON:
        op = op.sources[0] if op.sources else None
    return op
