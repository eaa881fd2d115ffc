"""The advantage of a policy gradient is in the graph: the value is trained to make the chosen actions' terms small."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import upstream, weighted
from ..finding import Finding

__all__ = ["find"]

_PASSES = 3
_LOG = ("log", "log_softmax")
_CHOOSING = ("select_item", "get_item")
_PASSING = (
    "sum",
    "mean",
    "reshape",
    "squeeze",
    "expand_dims",
    "neg",
    "cast",
    "broadcast_to",
    "broadcast",
    "mul",
)
_STEPS_BACK = 6


def find(history: History) -> Iterator[Finding]:
    """The logarithm of chosen probabilities, times what was handed over less what a layer gave; both get a gradient.

    A product of two things that are both learnt is meant elsewhere; here the second one has a loss of its own.
    """
    advantages = {
        op: advantage
        for op in history.training_ops()
        if op.label == "mul" and len(op.x) == 2 and (advantage := _advantage(op)) is not None
    }
    for found in ops_by_place(history, advantages):
        if len(found) < _PASSES:
            continue
        op, advantage = found[0], advantages[found[0]]
        layer = next(earlier for earlier in reversed(upstream([advantage])) if weighted(earlier))
        yield Finding(
            f"the advantage is in the graph: the gradient of the policy's loss goes into {layer.scope or layer.label},"
            " too, and drives the value away from what it should predict",
            layer.scope or layer.label,
            seq=op.seq,
            site=advantage.site,
            evidence={"advantage": history.address(advantage.seq), "passes": len(found)},
            subjects=frozenset({layer.scope or layer.label}),
        )
        return


def _advantage(product: Op) -> Op | None:
    """The difference among the factors that gets a gradient, where the other factor is a log-likelihood."""
    for place, factor in enumerate(product.sources):
        other = product.sources[1 - place]
        if factor is None or other is None or not _is_log_likelihood(other):
            continue
        gets_gradient = any(place < len(step.gx) and step.gx[place] is not None for step in product.steps)
        while factor.label in _PASSING and len(factor.x) == 1 and factor.sources[0] is not None:
            factor = factor.sources[0]
        value = next((source for source in factor.sources if source is not None), None)
        if (
            factor.label == "sub"
            and factor.fed
            and value is not None
            and gets_gradient
            and _from_layer(value)
        ):
            return factor
    return None


def _is_log_likelihood(op: Op) -> bool:
    chosen = False
    for _ in range(_STEPS_BACK):
        if op.label in _LOG:
            return chosen
        chosen = chosen or op.label in _CHOOSING
        source = op.sources[0] if op.label in (*_CHOOSING, *_PASSING) else None
        if source is None:
            return False
        op = source
    return False


def _from_layer(op: Op) -> bool:
    """Whether a layer gave it as it is, but for its shape."""
    for _ in range(_STEPS_BACK):
        if weighted(op):
            return True
        source = op.sources[0] if op.label in (*_CHOOSING, *_PASSING) else None
        if source is None:
            return False
        op = source
    return False
