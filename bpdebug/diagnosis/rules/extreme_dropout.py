"""Dropout takes nearly everything away, or stands right before the loss."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]

_RATIO = 0.9
_LOSSES = (
    "softmax_cross_entropy",
    "sigmoid_cross_entropy",
    "mean_squared_error",
    "mean_absolute_error",
    "huber_loss",
)


def find(history: History) -> Iterator[Finding]:
    """A ratio of 0.9 and more (the part that is dropped, not the part that is kept), or dropout of the predictions."""
    seen: set[int] = set()
    for op in history.training_ops():
        if op.label != "dropout" or op.site in seen:
            continue
        seen.add(op.site)
        ratio = op.attrs.get("ratio")
        into_loss = any(reader.label in _LOSSES and reader.sources[0] is op for reader in op.readers)
        if isinstance(ratio, int | float) and ratio >= _RATIO:
            message = f"dropout with ratio {ratio:g} drops {ratio:.0%} of the values, for the ratio is the part dropped"
        elif into_loss and isinstance(ratio, int | float) and ratio > 0:
            message = "dropout sets predictions to zero, right before the loss"
        else:
            continue
        yield Finding(
            message,
            f"{op.scope}/dropout" if op.scope else "dropout",
            seq=op.seq,
            site=op.site,
            evidence={"ratio": ratio},
            subjects=frozenset({"dropout"}),
        )
