"""Targets that the predictions can't reach: sigmoid gives 0 to 1, tanh -1 to 1, ReLU nothing below 0."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_RANGES = {
    "sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "softmax": (0.0, 1.0), "tanh": (-1.0, 1.0),
    "relu": (0.0, math.inf), "softplus": (0.0, math.inf), "relu6": (0.0, 6.0),
}  # fmt: skip
_DISTANCES = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber_loss",
    "squared_error",
    "absolute_error",
    "sub",
)
_MAKE_DISTANCE = ("square", "pow", "abs", "absolute", "mul", "mean_squared_error")
_SAME_SHAPE = ("reshape", "flatten", "squeeze", "expand_dims", "get_item", "cast", "identity")
_MARGIN = 0.05
_SHARE = 0.3
_ITERATIONS = 3


def find(history: History) -> Iterator[Finding]:
    """A distance between the output of a bounded function and data, three of ten of which lie beyond its bounds."""
    found: dict[int, list[tuple[Op, Op, float]]] = {}
    for op in history.training_ops():
        if op.label in _DISTANCES and len(op.x) == 2:
            pair = _beyond(history, op)
            if pair is not None:
                found.setdefault(op.site, []).append((op, *pair))
    for entries in found.values():
        ops = [op for op, _, _ in entries]
        share = sum(share for _, _, share in entries) / len(entries)
        if len({op.iteration for op in ops}) < _ITERATIONS or share < _SHARE:
            continue
        bounded = entries[0][1]
        low, high = _RANGES[bounded.label]
        line = history.script.named(bounded.site, bounded.label)
        where = f"{bounded.scope}/{bounded.label}" if bounded.scope else bounded.label
        yield Finding(
            f"{share:.0%} of the targets lie where {bounded.label} can't come to: it gives {low:g}"
            f" {'and more' if math.isinf(high) else f'to {high:g}'}",
            where,
            seq=ops[0].seq,
            site=bounded.site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"targets beyond the range": round(share, 3), "lowest": low, "highest": str(high)},
            subjects=frozenset({bounded.label, where}),
        )
        return


def _beyond(history: History, op: Op) -> tuple[Op, float] | None:
    """The bounded op that the predictions come from, and the share of the targets beyond its range."""
    if op.label == "sub" and not any(reader.label in _MAKE_DISTANCE for reader in op.readers):
        return None
    for place in (0, 1):
        bounded = _bounded_source(op, place)
        targets = op.x[1 - place][1]
        if bounded is None or 1 - place not in op.fed or op.sources[1 - place] is not None:
            continue
        sample = history.values.sample(targets)
        shape = history.values.shape(targets)
        if sample is None or sample.size < 2 or shape != history.values.shape(op.x[place][1]):
            continue
        low, high = _RANGES[bounded.label]
        margin = _MARGIN * (high - low if not math.isinf(high) else float(abs(sample).max()))
        return bounded, float(((sample < low - margin) | (sample > high + margin)).mean())
    return None


def _bounded_source(op: Op, place: int) -> Op | None:
    source = op.sources[place]
    while source is not None and source.label in _SAME_SHAPE:
        source = source.sources[0] if source.sources else None
    return source if source is not None and source.label in _RANGES else None
