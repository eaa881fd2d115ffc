"""The loss is a sum over the batch: its gradient, and so each step, grows with the number of examples."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import pairwise

from ..facts.divergence import blowup
from ..facts.history import History
from ..facts.records import Op, Walk
from ..facts.training import fall, loss_walks, losses
from ..finding import Finding

__all__ = ["find"]

_EXAMPLES = 16
_ENOUGH_FALL = 0.3
_DIVIDED = 0.2
_PASSES = 4
_DIVIDES_GRADIENT = r"grad\w*(\[[^\]]*\])?\s*/="
_SCALE_FREE = (
    "Adam", "AdamW", "AMSGrad", "AdaBound", "AMSBound", "RMSprop", "RMSpropGraves", "AdaGrad", "AdaDelta", "SMORMS3",
)  # fmt: skip
"""Optimizers that divide a gradient by its own root mean square: a sum and a mean make them take the same steps."""
_PASSES_ON = ("mul", "add", "neg", "reshape", "div", "cast", "sub")


def find(history: History) -> Iterator[Finding]:
    """A sum over many examples as the root of the walks, or of many walks, in a run that diverges or doesn't learn.

    Only with an optimizer whose steps grow with the gradient.
    """
    walks = loss_walks(history)
    if not walks or walks[0].root_op is None or not history.updates:
        return
    if all(update.optimizer in _SCALE_FREE for update in history.updates):
        return
    if fall(losses(history)) > _ENOUGH_FALL and blowup(history) is None:
        return
    op = _sum_behind(walks[0].root_op)
    if op is None:
        yield from _accumulated(history, walks)
        return
    shape = history.values.shape(op.x[0][1])
    if not shape or shape[0] < _EXAMPLES:
        return
    rate = next((moved.lr for moved in history.updates[0].moved if moved.lr is not None), None)
    yield Finding(
        f"the loss is the sum over {shape[0]} examples, not their mean: gradients are {shape[0]} times as large",
        f"{op.scope}/{op.label}" if op.scope else op.label,
        seq=op.seq,
        site=op.site,
        evidence={"examples": shape[0], "learning rate": rate, "first loss": losses(history)[:1]},
        subjects=frozenset({op.label}),
    )


def _accumulated(history: History, walks: list[Walk]) -> Iterator[Finding]:
    """The gradients of many walks, none of them divided, in one update."""
    updates = [update.seq for update in history.updates]
    between = [sum(start < walk.seq < stop for walk in walks) for start, stop in pairwise([-1, *updates])]
    passes = int(statistics.median(between)) if between else 0
    root = walks[0].root_op
    if passes < _PASSES or root is None or _is_divided(root) or history.script.mentions(_DIVIDES_GRADIENT):
        return
    yield Finding(
        f"each update takes the gradients of {passes} backward passes together, and none is divided by their number:"
        f" the steps are {passes} times as large",
        f"{root.scope}/{root.label}" if root.scope else root.label,
        seq=walks[0].seq,
        site=walks[0].caller,
        evidence={"backward passes for an update": passes, "first loss": walks[0].loss},
        fix=f"Divide each loss by the number of passes, such as (loss / {passes}).backward().",
        subjects=frozenset({root.label}),
    )


def _is_divided(root: Op) -> bool:
    """Whether the root is a loss that was multiplied with less than 1, or divided by more."""
    constant = root.attrs.get("c")
    if root.label in ("mul", "div") and isinstance(constant, int | float):
        return abs(constant) < 1 if root.label == "mul" else abs(constant) > 1
    return root.label in ("mul", "div") and bool(root.fed)


def _sum_behind(op: Op) -> Op | None:
    """The sum that the root is, or is a multiple of; None where it is divided by something like the batch size."""
    factor = 1.0
    for _ in range(6):
        if op.label == "sum":
            return op if factor > _DIVIDED else None
        if op.label not in _PASSES_ON or any(place > 0 and len(op.x) > 1 for place in op.fed):
            return None
        if op.label in ("mul", "div"):
            constant = op.attrs.get("c")
            if not isinstance(constant, int | float) or not constant:
                return None
            factor *= abs(constant) if op.label == "mul" else 1 / abs(constant)
        sources = [source for source in op.sources if source is not None]
        if not sources:
            return None
        op = sources[0]
    return None
