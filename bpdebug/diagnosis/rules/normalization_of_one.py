"""Batch normalization over a single example gives zero, whatever the example is."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]

_TIMES = 3


def find(history: History) -> Iterator[Finding]:
    """Batch normalization in training mode whose statistics are those of one element a channel."""
    found: dict[int, int] = {}
    for op in history.training_ops():
        if op.label != "batch_normalization":
            continue
        shape = history.values.shape(op.x[0][1])
        channels = math.prod(history.values.shape(op.x[1][1])) if len(op.x) > 1 else 0
        if shape and channels and math.prod(shape) == channels:
            found[op.site] = found.get(op.site, 0) + 1
            if found[op.site] == _TIMES:
                yield Finding(
                    f"batch normalization in {op.scope or 'the model'} is given one example at a time"
                    f" ({tuple(shape)}): a single value minus its mean is 0",
                    op.scope or op.label,
                    seq=op.seq,
                    site=op.site,
                    evidence={"shape": list(shape)},
                )
