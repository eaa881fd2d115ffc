"""The loss is made larger, not smaller: a minus too many, one too few, or a negative learning rate."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..facts.training import fall, is_one_training, loss_walks, losses, upstream
from ..finding import Finding

__all__ = ["find"]

_DISTANCES = (
    "softmax_cross_entropy", "sigmoid_cross_entropy", "mean_squared_error", "mean_absolute_error", "huber_loss",
    "hinge", "squared_error", "absolute_error", "connectionist_temporal_classification",
)  # fmt: skip
_RATES = ("lr", "alpha")
_LOGS = ("log", "log_softmax")


def find(history: History) -> Iterator[Finding]:
    """A negative rate; a distance whose incoming gradient is negative in each walk; a log-likelihood that falls."""
    yield from _negative_rate(history)
    if not is_one_training(history):
        return
    found = _negated_distance(history) or _missing_minus(history)
    if found is not None:
        yield found


def _negative_rate(history: History) -> Iterator[Finding]:
    for update in history.updates[:1]:
        for name in _RATES:
            rate = update.hyper.get(name)
            if isinstance(rate, int | float) and rate < 0:
                yield Finding(
                    f"the learning rate of {update.optimizer} is negative ({rate:g}): the loss is made larger",
                    update.optimizer,
                    seq=update.seq,
                    site=update.made,
                    evidence={name: rate},
                )


def _negated_distance(history: History) -> Finding | None:
    ops = [op for op in history.training_ops() if op.label in _DISTANCES]
    negative = [op for op in ops if _sign(history, op) < 0]
    if len(negative) < 2 or len(negative) < len(ops):
        return None
    op = negative[0]
    minus = _turn_of_sign(history, op)
    values = [history.values.spread(other.y[0][1]) for other in negative]
    means = [spread[0] for spread in values if spread is not None]
    if len(means) >= 4 and fall(means) > 0.2:
        return None
    return Finding(
        f"{op.label} is maximized: it arrives at the loss with a negative sign",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.steps[0].seq,
        site=minus.site,
        evidence={"at first": means[0] if means else None, "at last": means[-1] if means else None},
        subjects=frozenset({op.label}),
    )


def _sign(history: History, op: Op) -> int:
    for step in op.steps:
        spread = history.values.spread(step.gy[0] if step.gy else None)
        if spread is not None and spread[0]:
            return -1 if spread[0] < 0 else 1
    return 0


def _turn_of_sign(history: History, op: Op) -> Op:
    """The op between the distance and the loss that turns the sign; the distance itself where none is found."""
    seen = set()
    while op.readers and op.seq not in seen:
        seen.add(op.seq)
        reader = next((other for other in op.readers if other.steps), None)
        if reader is None or _sign(history, reader) > 0:
            return reader or op
        op = reader
    return op


def _missing_minus(history: History) -> Finding | None:
    """The mean of logarithms of probabilities as the loss: it is below zero, and falls."""
    walks = loss_walks(history)
    values = losses(history)
    if len(values) < 4 or values[-1] >= 0 or values[0] > 0 or fall(values) < 0.2:
        return None
    root = walks[0].root_op
    if root is None:
        return None
    behind = upstream([root])
    if any(op.label in _DISTANCES for op in behind):
        return None
    for op in reversed(behind):
        if op.label in _LOGS and op.steps and _sign(history, op) > 0 and _of_probability(history, op):
            if any(
                later.label == "mul" and op in later.sources and len(later.x) > 1 and not later.fed
                for later in op.readers
            ):
                return None  # p log p: an entropy
            return Finding(
                "the loss is a log-likelihood without its minus: it falls without end, and the likelihood with it",
                f"{op.scope}/{op.label}" if op.scope else op.label,
                seq=walks[0].seq,
                site=_loss_line(root),
                evidence={"first loss": values[0], "last loss": values[-1]},
                subjects=frozenset({op.label}),
            )
    return None


def _loss_line(root: Op) -> int:
    return root.site


def _of_probability(history: History, op: Op) -> bool:
    if op.label == "log_softmax":
        return True
    sample = history.values.sample(op.x[0][1])
    return sample is not None and sample.size > 0 and bool(sample.min() >= 0) and bool(sample.max() <= 1)
