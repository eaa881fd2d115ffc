"""Labels at the padding count: the model is trained on places where its input holds nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import upstream
from ..finding import Finding

__all__ = ["find"]

_PASSES = 5
_LOOKS = 60
_NOT_IGNORED = -1
"""The label that softmax_cross_entropy leaves out unless told another."""


def find(history: History) -> Iterator[Finding]:
    """Where the numbers that an embedding is to ignore stand, the loss has labels that it does not ignore.

    Numbers and labels stand in arrays of one shape, place by place.
    """
    labelled = (op for op in history.training_ops() if op.label == "softmax_cross_entropy" and 1 in op.fed)
    for losses in ops_by_place(history, labelled):
        padded = [(loss, found) for loss in losses[:_LOOKS] if (found := _labels_at_padding(history, loss))]
        if len(padded) < _PASSES or any(places != labels for _, (places, labels) in padded):
            continue
        loss, _ = padded[0]
        places = sum(places for _, (places, _) in padded)
        yield Finding(
            f"the padding counts: {places} places that the embedding ignores have labels that {loss.label} doesn't",
            f"{loss.scope}/{loss.label}" if loss.scope else loss.label,
            seq=loss.seq,
            site=loss.site,
            evidence={"places": places, "passes": len(padded)},
            subjects=frozenset({loss.label}),
        )


def _labels_at_padding(history: History, loss: Op) -> tuple[int, int] | None:
    """How many places are padding, and how many of them have a label that counts; None where there is none."""
    labels = history.values.array(loss.x[1][1])
    embedded = next((op for op in reversed(upstream([loss])) if op.label == "embed_id" and 0 in op.fed), None)
    ignored = None if embedded is None else embedded.attrs.get("ignore_label")
    if labels is None or embedded is None or not isinstance(ignored, int):
        return None
    numbers = history.values.array(embedded.x[0][1])
    if numbers is None or numbers.shape != labels.shape:
        return None
    padding = numbers == ignored
    told = loss.attrs.get("ignore_label", _NOT_IGNORED)
    counted = padding & (labels != told)
    places = int(np.count_nonzero(padding))
    return (places, int(np.count_nonzero(counted))) if places else None
