"""crf1d, argmax_crf1d: a conditional random field over a chain of labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...errors import InvalidShape
from ...utils.type_check import require, require_equal
from ...variable import Variable, as_variable
from ..array.concat import concat
from ..array.reshape import reshape
from ..array.select_item import select_item
from ..array.split_axis import split_axis
from ..connection.embed_id import embed_id
from ..math.average import mean
from ..math.logsumexp import logsumexp

__all__ = ["argmax_crf1d", "crf1d"]


def crf1d(cost: Any, xs: Sequence[Any], ys: Sequence[Any], reduce: str = "mean") -> Any:
    """The negative log likelihood of label sequences.

    A sequence's score is the sum of `xs[t][label at t]` and `cost[label before, label at t]`; its probability is the
    softmax of the scores of all sequences.

    Args:
        cost: variable or array (labels, labels): what following each other is worth.
        xs: for each step (n_t, labels), n_t not rising, so that longer sequences come first.
        ys: for each step the labels (n_t,), integers.
        reduce: `mean` over the sequences, or `no`.

    Returns:
        The loss, () or (n,).

    Raises:
        ValueError: another `reduce`, or xs and ys differ in their steps.
        InvalidType: shapes don't fit.

    Reference: Lafferty et al. 2001.
    """
    if reduce not in ("mean", "no"):
        raise ValueError(f"only 'mean' and 'no' are valid for 'reduce', but {reduce!r} is given")
    cost, xs = as_variable(cost), [as_variable(x) for x in xs]
    if len(xs) != len(ys):
        raise ValueError(f"crf1d: xs has {len(xs)} steps, ys has {len(ys)}")
    _check_cost(cost, xs)
    n_label = cost.shape[0]
    transitions = reshape(cost, (1, n_label, n_label))
    alpha, ended = xs[0], []
    for x in xs[1:]:
        size = x.shape[0]
        if size < alpha.shape[0]:
            alpha, rest = split_axis(alpha, [size], 0)
            ended.append(rest)
        alpha = logsumexp(reshape(alpha, (size, n_label, 1)) + transitions, axis=1) + x
    if ended:
        alpha = concat([alpha, *reversed(ended)], axis=0)
    labels = [as_variable(y).array for y in ys]
    loss = logsumexp(alpha, axis=1) - _score_of(cost, xs, labels)
    return mean(loss) if reduce == "mean" else loss


def _check_cost(cost: Variable, xs: Sequence[Variable]) -> None:
    require(len(xs) > 0, "xs holds a step", "no step")
    for i, x in enumerate(xs):
        require_equal(f"xs[{i}].ndim", x.ndim, "2", 2)
        require_equal(f"xs[{i}].dtype", x.dtype, "cost.dtype", cost.dtype)
        wanted = (x.shape[1],) * 2
        require(
            cost.shape == wanted, "cost.shape == (labels, labels)", f"{cost.shape} != {wanted}", InvalidShape
        )


def _score_of(cost: Variable, xs: Sequence[Variable], labels: Sequence[Any]) -> Variable:
    """The score of given label sequences, (n,)."""
    n_label = cost.shape[0]
    pairs = reshape(cost, (n_label * n_label, 1))
    score, ended = select_item(xs[0], labels[0]), []
    for before, x, label in zip(labels, xs[1:], labels[1:], strict=False):
        size = x.shape[0]
        if size < score.shape[0]:
            score, rest = split_axis(score, [size], 0)
            ended.append(rest)
        followed = reshape(embed_id(before[:size] * n_label + label, pairs), (size,))
        score = score + select_item(x, label) + followed
    return concat([score, *reversed(ended)], axis=0) if ended else score


def argmax_crf1d(cost: Any, xs: Sequence[Any]) -> tuple[Variable, list[Any]]:
    """The best label sequences, by Viterbi's algorithm.

    Args:
        cost, xs: as for `crf1d`.

    Returns:
        Pair of the scores (n,) and for each step the labels (n_t,), int32.

    Raises:
        InvalidType: shapes or dtypes don't fit; `InvalidShape`, if it is that of the cost.
    """
    cost, xs = as_variable(cost), [as_variable(x) for x in xs]
    _check_cost(cost, xs)
    arrays = [x.array for x in xs]
    xp = cost.xp
    best, came_from = arrays[0], []
    for x in arrays[1:]:
        candidates = best[: len(x), :, None] + cost.array
        came_from.append(candidates.argmax(axis=1).astype("i4"))
        best = xp.concatenate([candidates.max(axis=1) + x, best[len(x) :]])
    label = best.argmax(axis=1).astype("i4")
    path = [label[: len(arrays[-1])]]
    for step in range(len(arrays) - 2, -1, -1):
        now, size = path[0], len(arrays[step + 1])
        earlier = came_from[step][xp.arange(size), now]
        path.insert(0, xp.concatenate([earlier, label[size : len(arrays[step])]]))
    return _score_of(cost, xs, path), path
