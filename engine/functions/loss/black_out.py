"""black_out: a softmax over the right class and drawn ones, in which the drawn ones are pushed away."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal
from ...variable import as_variable
from ..activation.log_softmax import log_softmax
from ..array.reshape import reshape
from ..connection.embed_id import embed_id
from ..math.average import mean
from ..math.exponential import exp, log
from ..math.matmul import matmul
from ..math.sum import sum

__all__ = ["black_out"]


def black_out(x: Any, t: Any, W: Any, samples: Any, reduce: str = "mean") -> Any:
    """`-log p_t - sum over drawn k of log(1 - p_k)`, p the softmax over the right class and the drawn ones.

    Args:
        x: variable or array (n, units), float.
        t: (n,), integers: the right classes.
        W: (classes, units).
        samples: (n, k), integers: drawn classes.
        reduce: `mean` over the rows, or `no`.

    Raises:
        ValueError: another `reduce`.
        InvalidType: shapes don't fit.

    Reference: Ji et al. 2016.
    """
    if reduce not in ("mean", "no"):
        raise ValueError(f"only 'mean' and 'no' are valid for 'reduce', but {reduce!r} is given")
    x = as_variable(x)
    right, drawn = as_variable(t).array, as_variable(samples).array
    for name, labels in (("t", right), ("samples", drawn)):
        require(labels.dtype.kind == "i", f"{name}.dtype.kind == i", f"{labels.dtype.kind} != i")
    require_equal("t.ndim", right.ndim, "1", 1)
    require(drawn.ndim == 2 and len(drawn) == len(right), "samples.shape == (len(t), _)", drawn.shape)
    require_equal("len(x)", x.shape[0], "len(t)", right.shape[0])
    xp = backend.get_array_module(x)
    classes = xp.concatenate([right[:, None], drawn], axis=1)
    scores = reshape(matmul(embed_id(classes, W), reshape(x, (*x.shape, 1))), classes.shape)
    log_p = log_softmax(scores)
    loss = -(log_p[:, 0] + sum(log(1 - exp(log_p[:, 1:])), axis=1))
    return mean(loss) if reduce == "mean" else loss
