"""Each batch holds examples of one class only: the data are sorted, and nobody shuffles them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import is_one_training
from ..finding import Finding

__all__ = ["find"]

_BATCHES = 8
_EXAMPLES = 6
_PURE = 0.8
_BY_CHANCE = 0.2
_UNSHUFFLED = r"shuffle\s*=\s*False"
_SORTED = r"repeat|sort|concatenate|hstack|vstack|arange"


def find(history: History) -> Iterator[Finding]:
    """Four of five batches with a single label, of several that the loss at this line is given in all.

    Not where that is to be expected of shuffled data, as nearly all examples are of one class.

    A net that plays against another is given batches of one label on purpose.
    """
    if not is_one_training(history):
        return
    losses = (op for op in history.training_ops() if op.label == "softmax_cross_entropy" and 1 in op.fed)
    for ops in ops_by_place(history, losses):
        batches = _batches(history, ops)
        if len(batches) < _BATCHES or min(labels.size for labels in batches) < _EXAMPLES:
            continue
        pure = sum(bool((labels == labels[0]).all()) for labels in batches)
        counts = np.unique(np.concatenate(batches), return_counts=True)[1]
        parts, classes = counts / counts.sum(), len(counts)
        by_chance = float((parts ** min(labels.size for labels in batches)).sum())
        if classes < 2 or pure < _PURE * len(batches) or by_chance > _BY_CHANCE:
            continue
        op = ops[0]
        line = history.script.first_with(_UNSHUFFLED) or history.script.data_line(
            op.site, _SORTED, labels=True
        )
        yield Finding(
            f"{pure} of {len(batches)} batches hold examples of one class only, of {classes}: each update unlearns what"
            " the ones before have learnt",
            f"{op.scope}/{op.label}" if op.scope else op.label,
            seq=op.seq,
            site=op.site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"batches": len(batches), "of one class": pure, "classes": classes},
        )


def _batches(history: History, ops: list[Op]) -> list[np.ndarray]:
    """The labels of each backward pass: of a sequence those of all its steps."""
    found: dict[int, list[np.ndarray]] = {}
    for op in ops:
        array = history.values.array(op.x[1][1])
        labels = np.zeros(0, int) if array is None else array.reshape(-1)
        found.setdefault(op.steps[0].walk.seq, []).append(labels[labels >= 0])
    return [np.concatenate(parts) for parts in found.values()]
