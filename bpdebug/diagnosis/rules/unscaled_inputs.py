"""The inputs are numbers of a size that a freshly made layer can't work with."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.divergence import blowup
from ..facts.guessing import worse_than_guessing
from ..facts.history import History
from ..facts.origin import origin
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import fall, losses, weighted
from ..finding import Finding

__all__ = ["find"]

_LARGE = 20.0
_FEATURES_APART = 1e3
_ITERATIONS = 3
_ENOUGH_FALL = 0.5
_CHANCE = 5.0


def find(history: History) -> Iterator[Finding]:
    """Inputs of a first layer beyond 20 (in their root mean square, or in the scale of single features) in a run that
    doesn't learn well; or that begins with a loss far above that of guessing, or ends there."""
    values = losses(history)
    if origin(history) is not None and blowup(history) is None:
        return  # something that isn't finite, all of a sudden, has a cause of its own
    bad_start = _starts_above_chance(history, values) or worse_than_guessing(history)
    if fall(values) > _ENOUGH_FALL and blowup(history) is None and not bad_start:
        return
    first_layers = (op for op in history.training_ops() if 0 in op.fed and weighted(op))
    for ops in ops_by_place(history, first_layers):
        if len({op.iteration for op in ops}) < _ITERATIONS:
            continue
        size, apart = _scale(history, ops[0])
        if size < _LARGE and not (apart > _FEATURES_APART and size > 5):
            continue
        line = history.script.data_line(ops[0].site, r"255|\*|astype|randint|uniform|normal|randn|load|rand")
        told = (
            f"their root mean square is {size:.3g}"
            if size >= _LARGE
            else f"their features differ {apart:.2g}-fold"
        )
        yield Finding(
            f"the inputs of {ops[0].scope or ops[0].label} are not scaled: {told}",
            ops[0].scope or ops[0].label,
            seq=ops[0].seq,
            site=ops[0].site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={
                "root mean square": size,
                "largest feature / smallest": apart,
                "first loss": values[0] if values else None,
                "last loss": values[-1] if values else None,
            },
            subjects=frozenset(
                {ops[0].scope, *(parameter.name for parameter in history.parameters_of(ops[0]))}
            ),
        )
        return


def _scale(history: History, op: Op) -> tuple[float, float]:
    """The root mean square of the inputs, and how far the sizes of single features lie apart."""
    array = history.values.array(op.x[0][1])
    if array is None or array.ndim < 2 or not array.size or not np.isfinite(array).all():
        return 0.0, 1.0
    rows = array.astype(np.float64).reshape(array.shape[0], array.shape[1], -1)
    sizes = np.sqrt((rows * rows).mean(axis=(0, 2)))
    used = sizes[sizes > 0]
    if not used.size:
        return 0.0, 1.0
    return float(np.sqrt((rows * rows).mean())), float(used.max() / used.min())


def _starts_above_chance(history: History, values: list[float]) -> bool:
    """Whether a classifier begins far worse than one that guesses (loss of ln C)."""
    if not values:
        return False
    for op in history.training_ops():
        if op.label == "softmax_cross_entropy":
            shape = history.values.shape(op.x[0][1])
            return len(shape) >= 2 and shape[1] > 1 and values[0] > _CHANCE * float(np.log(shape[1]))
    return False
