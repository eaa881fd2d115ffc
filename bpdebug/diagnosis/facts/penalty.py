"""A term of the loss that depends on weights alone, and outweighs what is to be learnt."""

from __future__ import annotations

import dataclasses
import statistics

from .history import History
from .records import Op, Walk
from .terms import Term, terms_of
from .training import loss_walks, upstream

__all__ = ["Penalty", "heavy_penalty"]

_OUTWEIGHS = 3.0
_STAYS = 0.8
_WALKS = 20
_LOOKED = 5


@dataclasses.dataclass(slots=True)
class Penalty:
    """What `op` adds to the first loss, the rest of that loss, the rest at the end, and where the two are added."""

    op: Op
    first: float
    rest_first: float
    rest_last: float
    site: int


def heavy_penalty(history: History) -> Penalty | None:
    """Terms of weights alone that are several times the rest of the loss, which hardly falls; None otherwise."""
    walks = [walk for walk in loss_walks(history) if walk.loss is not None]
    if len(walks) < _WALKS:
        return None
    first = _shares(history, walks[0])
    last = [shares for walk in walks[-_LOOKED:] if (shares := _shares(history, walk)) is not None]
    root = walks[0].root_op
    if first is None or not last or root is None:
        return None
    (op, penalty, rest), rest_last = first, statistics.median(shares[2] for shares in last)
    if penalty < _OUTWEIGHS * rest or rest <= 0 or rest_last < _STAYS * rest:
        return None
    return Penalty(op, penalty, rest, rest_last, root.site)


def _shares(history: History, walk: Walk) -> tuple[Op, float, float] | None:
    """An op of the penalty, what the penalty adds to the loss, and the rest; None where there is no such term."""
    terms = terms_of(history, walk)
    shares = [(term, _share(history, term)) for term in terms]
    if any(share is None for _, share in shares):
        return None
    alone = [(term, share or 0.0) for term, share in shares if _is_of_weights(history, term)]
    if not alone or len(alone) == len(terms):
        return None
    penalty = sum(share for _, share in alone)
    return alone[0][0].op, penalty, sum(share or 0.0 for _, share in shares) - penalty


def _share(history: History, term: Term) -> float | None:
    """What it adds to the loss: its value times the factor with which it comes there, which is its gradient."""
    step = term.op.steps[0] if term.op.steps else None
    factor = history.values.number(step.gy[0]) if step is not None and step.gy else None
    return None if factor is None else term.value * factor


def _is_of_weights(history: History, term: Term) -> bool:
    """Whether no data come in: all that the term is computed from are parameters."""
    behind = upstream([term.op])
    return any(history.parameters_of(op) for op in behind) and not any(op.fed for op in behind)
