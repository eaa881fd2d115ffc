"""The scores that a classification loss is given come out of an activation that can't give all of them."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.activations import activation_of, rectifies
from ..facts.history import History
from ..facts.records import Op
from ..finding import Finding

__all__ = ["find"]

_LOSSES = ("softmax_cross_entropy", "sigmoid_cross_entropy")
_SHAPING = ("reshape", "transpose", "squeeze", "expand_dims", "get_item", "cast", "concat")
_PROBABILITIES = ("sigmoid", "softmax")
"""Another rule's matter: the loss applies them itself."""


def find(history: History) -> Iterator[Finding]:
    """ReLU, tanh or another function with a bounded side, with nothing but changes of shape before the loss."""
    seen: set[int] = set()
    for op in history.training_ops():
        last = _last_op(op) if op.label in _LOSSES else None
        if last is None or last.site in seen or last.label in _PROBABILITIES:
            continue
        found = activation_of(last)
        if found is None or not (found.squashes or rectifies(last)):
            continue
        seen.add(last.site)
        line = history.script.named(last.site, last.label)
        lost = "no score can be large" if found.squashes else "all negative scores are one and the same"
        yield Finding(
            f"{op.label} is given the result of {last.label}: {lost}, and where it is flat no gradient comes through",
            f"{last.scope}/{last.label}" if last.scope else last.label,
            seq=last.seq,
            site=last.site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"activation": history.address(last.seq), "loss": history.address(op.seq)},
            subjects=frozenset({last.label, last.scope}),
        )


def _last_op(loss: Op) -> Op | None:
    op = loss.sources[0] if loss.sources else None
    while op is not None and op.label in _SHAPING:
        op = op.sources[0] if op.sources else None
    return op
