"""The loss stays at the entropy of the labels: nothing in the inputs tells one label from another."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np

from ..facts.batching import labels_of_the_turn_before
from ..facts.history import History
from ..facts.probe import inputs_tell_labels
from ..facts.records import Op
from ..facts.reordered import reordered_alone, reshaped
from ..facts.training import is_one_training, losses
from ..finding import Finding, Severity

__all__ = ["find"]

_ITERATIONS = 60
_NEAR = 0.08
_STEP = 3e-4
_MADE = r"shuffle|permut|randint|choice|sort|rand"


def find(history: History) -> Iterator[Finding]:
    """Many iterations of real steps, and a loss that is that of guessing by frequency, in the middle and at the end.

    Silent where a fit to the inputs finds the labels: they do tell, and training is slow or the task hard. Where the
    script neither draws labels nor reorders anything alone, the task may still be hard for this model: an info only.
    """
    values = losses(history)
    if len(values) < _ITERATIONS or not is_one_training(history):
        return
    ops = [op for op in history.training_ops() if op.label == "softmax_cross_entropy" and 1 in op.fed]
    labels = _labels(history, ops)
    if labels.size < 2 * _ITERATIONS or not ops:
        return
    counts = np.unique(labels[labels >= 0], return_counts=True)[1]
    parts = counts / counts.sum()
    entropy = float(-(parts * np.log(parts)).sum())
    middle = statistics.median(values[len(values) // 2 : 3 * len(values) // 4])
    end = statistics.median(values[-len(values) // 4 :])
    if (
        entropy <= 0
        or max(abs(middle - entropy), abs(end - entropy)) > _NEAR * entropy
        or not _moves(history)
        or inputs_tell_labels(history, ops)
    ):
        return
    site = history.script.line(ops[0].site)
    reordered = labels_of_the_turn_before(history, site, ops[0].label) or reordered_alone(history.script)
    drawn = history.script.data_line(ops[0].site, _MADE, labels=True)
    line = reordered or (drawn if history.script.makes_labels(drawn) else reshaped(history.script) or drawn)
    sure = reordered is not None or history.script.makes_labels(line)
    yield Finding(
        f"the loss stays at {end:.3g}, the entropy of the labels ({entropy:.3g}): the model has learnt nothing of"
        " them from the inputs, and simple fits to them find nothing either",
        ops[0].label,
        seq=ops[0].seq,
        site=ops[0].site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        milder=None if sure else Severity.info,
        evidence={
            "loss in the middle": middle,
            "loss at the end": end,
            "entropy of the labels": entropy,
            "classes": len(counts),
            "iterations": len(values),
        },
    )


def _labels(history: History, ops: list[Op]) -> np.ndarray:
    arrays = [history.values.array(op.x[1][1]) for op in ops]
    return np.concatenate([array.reshape(-1) for array in arrays if array is not None] or [np.zeros(0, int)])


def _moves(history: History) -> bool:
    """Whether the weights change at all: a step of nothing would explain the loss, too."""
    for parameter in history.parameters.values():
        if len(history.values.shape(parameter.first)) < 2 or not parameter.moved:
            continue
        first = parameter.moved[0]
        known = (
            event for event in reversed(parameter.moved) if history.values.array(event.after) is not None
        )
        last = next(known, first)
        step, size = history.values.moved_by(first.before, last.after), history.values.norm(first.before)
        if step is not None and size and step / size > _STEP * 10:
            return True
    return False
