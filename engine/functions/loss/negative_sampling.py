"""negative_sampling: a softmax over many classes, replaced by telling the right class from drawn ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

from ... import backend
from ...utils.arguments import parse_kwargs
from ...utils.type_check import require, require_equal
from ...variable import Variable, as_variable
from ..activation.softplus import softplus
from ..array.reshape import reshape
from ..connection.embed_id import embed_id
from ..math.matmul import matmul
from ..math.sum import sum

__all__ = ["negative_sampling"]


def negative_sampling(
    x: Any,
    t: Any,
    W: Any,
    sampler: Callable[[tuple[int, ...]], Any],
    sample_size: int,
    reduce: str = "sum",
    **kwargs: Any,
) -> Any:
    """`softplus(-w_t x) + sum over drawn k of softplus(w_k x)`, w the rows of W.

    Args:
        x: variable or array (n, units), float.
        t: (n,), integers: the right classes; -1: the row doesn't count.
        W: (classes, units).
        sampler: gives an array of drawn classes of a given shape.
        sample_size: how many classes to draw for each row.
        reduce: `sum` over the rows, or `no`.
        samples: (keyword) drawn classes of an earlier call, (n, sample_size + 1), to be used again.
        return_samples: (keyword) whether to give the classes, too.

    Returns:
        The loss, () or (n,); with `return_samples` the pair of it and the classes.

    Raises:
        ValueError: another `reduce`.
        InvalidType: shapes or dtypes don't fit.

    Reference: Mikolov et al. 2013.
    """
    if reduce not in ("sum", "no"):
        raise ValueError(f"only 'sum' and 'no' are valid for 'reduce', but {reduce!r} is given")
    samples, return_samples = parse_kwargs(kwargs, ("samples", None), ("return_samples", False))
    x, right, W = as_variable(x), as_variable(t).array, as_variable(W)
    require(right.dtype.kind == "i", "t.dtype.kind == i", f"{right.dtype.kind} != i")
    require_equal("t.ndim", right.ndim, "1", 1)
    require_equal("len(x)", x.shape[0], "len(t)", right.shape[0])
    require_equal("x.dtype", x.dtype, "W.dtype", W.dtype)
    xp = backend.get_array_module(x)
    if samples is None:
        samples = xp.array(sampler((x.shape[0], sample_size + 1)))
        samples[:, 0] = right
    samples = samples.array if isinstance(samples, Variable) else samples
    rows = embed_id(xp.where(samples == -1, 0, samples).astype(numpy.int32), W)
    scores = reshape(matmul(rows, reshape(x, (*x.shape, 1))), samples.shape)
    sign = xp.ones(samples.shape, scores.dtype)
    sign[:, 0] = -1
    counts = (right != -1).astype(scores.dtype)
    loss = sum(softplus(scores * sign), axis=1) * counts
    if reduce == "sum":
        loss = sum(loss)
    return (loss, samples) if return_samples else loss
