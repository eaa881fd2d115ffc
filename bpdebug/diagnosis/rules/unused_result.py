"""An op's result is thrown away: it was called as if it changed its input in place."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_LABELS = (
    "relu", "leaky_relu", "elu", "prelu", "crelu", "rrelu", "clipped_relu", "relu6", "selu", "swish", "dropout",
    "gaussian_dropout", "zoneout", "batch_normalization", "group_normalization", "layer_normalization",
    "max_pooling_2d", "average_pooling_2d", "local_response_normalization",
)  # fmt: skip
_ITERATIONS = 3


def find(history: History) -> Iterator[Finding]:
    """An activation, dropout or normalization that nobody reads, while its input goes on to the loss without it.

    A value that is only looked at (probabilities, an attention map) is made by other ops.
    """
    ignored: dict[int, list[Op]] = {}
    for op in history.ops:
        if (
            op.label in _LABELS
            and op.in_graph
            and op.train
            and not op.during
            and not op.steps
            and not op.readers
        ):
            ignored.setdefault(op.site, []).append(op)
    for site, ops in ignored.items():
        elsewhere = any(op.site == site and op.steps for op in history.ops)
        iterations = {op.iteration for op in ops if _goes_on_without(op)}
        if elsewhere or len(iterations) < _ITERATIONS:
            continue
        op = ops[0]
        where = f"{op.scope}/{op.label}" if op.scope else op.label
        yield Finding(
            f"the result of {op.label} is thrown away: its input goes on without it",
            where,
            seq=op.seq,
            site=site,
            evidence={"calls": len(ops), "calls whose result is read": 0},
            subjects=frozenset({op.label, op.scope}),
        )


def _goes_on_without(op: Op) -> bool:
    source = op.sources[0] if op.sources else None
    return source is not None and any(reader is not op and reader.steps for reader in source.readers)
