"""batch_renormalization: batch normalization, corrected towards the running statistics."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.deprecation import warn_deprecated
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .batch_normalization import check_statistics, fixed_batch_normalization

__all__ = ["batch_renormalization", "fixed_batch_renormalization"]


class BatchRenormalizationFunction(Op):
    """y = gamma (r (x - mean) / std + shift) + beta, where r and shift lead from the batch's to the running statistics.

    Both are limited, and count as constants in the backward walk. Ioffe 2017.
    """

    op_name = "batch_renormalization"
    called = True
    x_roles = ("x", "gamma", "beta")
    y_roles = ("y",)
    formula = (
        "r = std / running std, limited;  s = (mean - running mean) / running std, limited;  "
        "xhat = (x - mean) / std;  y = gamma (r xhat + s) + beta;  ggamma = sum of gy (r xhat + s);  "
        "gbeta = sum of gy;  p = gamma r gy;  gx = (p - mean of p - xhat mean of p xhat) / std"
    )
    retained_x = (0, 1)

    def __init__(
        self,
        eps: float = 2e-5,
        mean: Any = None,
        var: Any = None,
        decay: float = 0.9,
        rmax: float = 1,
        dmax: float = 0,
        update_statistics: bool = True,
    ) -> None:
        for name, given in (("running_mean", mean), ("running_var", var)):
            if given is None:
                raise TypeError(f"{name} is required: batch renormalization corrects towards it")
        self.eps = eps
        self.mean = self.running_mean = mean
        self.var = self.running_var = var
        self.decay = decay
        self.rmax = rmax
        self.dmax = dmax
        self.update_statistics = update_statistics

    def attributes(self) -> dict[str, Any]:
        return {"eps": self.eps, "decay": self.decay, "rmax": self.rmax, "dmax": self.dmax}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, gamma, beta = inputs
        self.axis = check_statistics(x, gamma, beta, None)
        xp = backend.get_array_module(x)
        wide = numpy.promote_types(x.dtype, gamma.dtype)
        mean = x.mean(self.axis, dtype=wide, keepdims=True)
        var = x.var(self.axis, dtype=wide, keepdims=True)
        self.shape = mean.shape
        self.count = max(x.size // max(mean.size, 1), 1)
        std = xp.sqrt(var + wide.type(self.eps))
        self.inv_std = 1 / std
        running_mean = xp.asarray(self.mean).reshape(self.shape)
        running_std = xp.sqrt(xp.asarray(self.var).reshape(self.shape) + wide.type(self.eps))
        self.r = xp.clip(std / running_std, 1 / self.rmax, self.rmax).astype(wide, copy=False)
        self.s = xp.clip((mean - running_mean) / running_std, -self.dmax, self.dmax).astype(wide, copy=False)
        self.x_hat = (x - mean) * self.inv_std
        y = gamma.reshape(self.shape) * (self.x_hat * self.r + self.s) + beta.reshape(self.shape)
        if self.update_statistics:
            self._update_running(mean, var)
        return (y.astype(x.dtype, copy=False),)

    def _update_running(self, mean: Any, var: Any) -> None:
        """Move the running statistics in place, and keep what they were: with it, the op can be computed again."""
        unbiased = self.count / max(self.count - 1.0, 1.0)
        running_mean, running_var = self.mean, self.var
        self.mean, self.var, self.update_statistics = running_mean.copy(), running_var.copy(), False
        for running, now in ((running_mean, mean), (running_var, var * unbiased)):
            running *= self.decay
            running += (1 - self.decay) * now.reshape(running.shape).astype(running.dtype, copy=False)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, gamma = xs
        wide = numpy.promote_types(x.dtype, gamma.dtype)
        gy = either.cast(gys[0], wide)

        def mean(value: Any) -> Any:
            return either.broadcast_to(either.sum(value, self.axis, True) * (1.0 / self.count), x.shape)

        if isinstance(x, Variable):
            x_wide = either.cast(x, wide)
            centred = x_wide - mean(x_wide)
            inv_std = 1 / either.sqrt(mean(centred * centred) + self.eps)
            x_hat = centred * inv_std
        else:
            x_hat, inv_std = self.x_hat, either.broadcast_to(self.inv_std, x.shape)
        r, s = either.broadcast_to(self.r, x.shape), either.broadcast_to(self.s, x.shape)
        gbeta = either.sum(gy, self.axis, True)
        ggamma = either.sum(gy * (x_hat * r + s), self.axis, True)
        gx = None
        if 0 in wanted:
            scale = either.cast(either.broadcast_to(either.reshape(gamma, self.shape), x.shape), wide)
            p = scale * r * gy
            gx = either.cast((p - mean(p) - x_hat * mean(p * x_hat)) * inv_std, x.dtype)
        beta_dtype = self.inputs[2].dtype  # type: ignore[index]
        ggamma = either.cast(either.reshape(ggamma, gamma.shape), gamma.dtype)
        return gx, ggamma, either.cast(either.reshape(gbeta, gamma.shape), beta_dtype)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        gamma, beta = rng.uniform(0.5, 1.5, size=3), rng.normal(size=3)

        def limited(x: Any, gamma: Any, beta: Any) -> Any:
            """Both corrections are at their limits, so that they are constants to finite differences, too."""
            xp, dtype = x.xp, x.dtype
            mean, var = xp.asarray(numpy.full(3, -5, dtype)), xp.asarray(numpy.full(3, 0.01, dtype))
            return batch_renormalization(x, gamma, beta, 1.5, 0.5, running_mean=mean, running_var=var)

        return [
            Example(limited, (rng.normal(size=(5, 3)), gamma, beta)),
            Example(limited, (rng.normal(size=(2, 3, 2, 2)), gamma, beta), "images"),
        ]


def batch_renormalization(
    x: Any,
    gamma: Any,
    beta: Any,
    rmax: float,
    dmax: float,
    eps: float = 2e-5,
    running_mean: Any = None,
    running_var: Any = None,
    decay: float = 0.9,
    update_statistics: bool = False,
) -> Variable:
    """Normalize by the statistics of the batch, and correct towards the running ones, up to a limit.

    Args:
        x: variable or array (n, c, ...), float.
        gamma, beta: (c,), scale and shift of each channel.
        rmax: >= 1: how far the standard deviation is corrected at most, as a factor.
        dmax: >= 0: how far the mean is corrected at most, in running standard deviations.
        eps: added to the variances.
        running_mean, running_var: arrays (c,), required.
        decay: how much of the running statistics stays.
        update_statistics: whether they are moved in place towards this batch's.

    Raises:
        InvalidType: the shapes don't fit.
        TypeError: there are no running statistics.

    Reference: Ioffe 2017. Like Chainer, this keeps a running variance, where the paper keeps a standard deviation.
    """
    op = BatchRenormalizationFunction(eps, running_mean, running_var, decay, rmax, dmax, update_statistics)
    return op.apply((x, gamma, beta))[0]


def fixed_batch_renormalization(
    x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float = 2e-5
) -> Variable:
    """`fixed_batch_normalization` over all axes but the second, which is what to call: there is nothing to correct."""
    warn_deprecated("fixed_batch_renormalization", "use fixed_batch_normalization")
    return fixed_batch_normalization(x, gamma, beta, mean, var, eps)
