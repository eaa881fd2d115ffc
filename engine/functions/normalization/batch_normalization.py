"""batch_normalization: each channel shifted and scaled to mean 0 and variance 1 over the batch."""

from __future__ import annotations

import itertools
from typing import Any

import numpy

from ... import backend
from ...utils.arguments import TRAIN_REMOVED, parse_kwargs, size_of_shape
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["batch_normalization", "fixed_batch_normalization"]


class BatchNormalization(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and var of the batch (Ioffe and Szegedy 2015)."""

    op_name = "batch_normalization"
    x_roles = ("x", "gamma", "beta")
    y_roles = ("y",)
    formula = (
        "xhat = (x - mean) / sqrt(var + eps);  y = gamma xhat + beta;  "
        "ggamma = sum of gy xhat;  gbeta = sum of gy;  gx = gamma / std * (gy - (xhat ggamma + gbeta) / n)"
    )
    retained_x = (0, 1)
    kept_as = {"mean": None, "var": None}  # running statistics: written in training, not read
    mean: Any = None  # of the batch, in the shape of gamma; after forward, as is the next
    inv_std: Any = None

    def __init__(
        self, eps: float = 2e-5, mean: Any = None, var: Any = None, decay: float = 0.9, axis: Any = None
    ) -> None:
        self.eps = eps
        self.running_mean = mean
        self.running_var = var
        self.decay = decay
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"eps": self.eps, "decay": self.decay, "axis": list(self.axis or ())}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, gamma, beta = inputs
        self.axis = check_statistics(x, gamma, beta, self.axis)
        xp = backend.get_array_module(x)
        wide = numpy.promote_types(x.dtype, gamma.dtype)
        mean = x.mean(self.axis, dtype=wide, keepdims=True)
        var = x.var(self.axis, dtype=wide, keepdims=True)
        self.shape = mean.shape
        self.count = x.size // max(mean.size, 1)
        inv_std = 1 / xp.sqrt(var + wide.type(self.eps))
        self.mean, self.inv_std = mean.reshape(gamma.shape), inv_std.reshape(gamma.shape)
        self.x_hat = (x - mean) * inv_std
        y = gamma.reshape(self.shape) * self.x_hat + beta.reshape(self.shape)
        self._update_running(mean, var)
        return (y.astype(x.dtype, copy=False),)

    def _update_running(self, mean: Any, var: Any) -> None:
        """Move the running mean and variance towards this batch's; the variance as an unbiased estimate."""
        unbiased = self.count / max(self.count - 1.0, 1.0)
        for running, now in ((self.running_mean, mean), (self.running_var, var * unbiased)):
            if running is not None:
                running *= self.decay
                running += (1 - self.decay) * now.reshape(running.shape).astype(running.dtype, copy=False)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, gamma = xs
        (gy,) = gys
        dtype = numpy.promote_types(x.dtype, gamma.dtype)
        wide = either.cast(gy, dtype)
        if isinstance(x, Variable):
            x_wide = either.cast(x, dtype)
            centred = x_wide - self._spread(either.sum(x_wide, self.axis, True) * (1.0 / self.count), x.shape)
            var = either.sum(centred * centred, self.axis, True) * (1.0 / self.count)
            inv_std = 1 / either.sqrt(var + self.eps)
            x_hat = centred * self._spread(inv_std, x.shape)
        else:
            inv_std, x_hat = self.inv_std.reshape(self.shape), self.x_hat
        gbeta = either.sum(wide, self.axis, True)
        ggamma = either.sum(wide * x_hat, self.axis, True)
        gx = None
        if 0 in wanted:
            scale = self._spread(either.reshape(gamma, self.shape) * inv_std, x.shape)
            shared = (x_hat * self._spread(ggamma, x.shape) + self._spread(gbeta, x.shape)) * (
                1.0 / self.count
            )
            gx = either.cast(scale * (wide - shared), x.dtype)
        beta_dtype = self.inputs[2].dtype  # type: ignore[index]
        ggamma = either.cast(either.reshape(ggamma, gamma.shape), gamma.dtype)
        return gx, ggamma, either.cast(either.reshape(gbeta, gamma.shape), beta_dtype)

    @staticmethod
    def _spread(value: Any, shape: tuple[int, ...]) -> Any:
        return either.broadcast_to(value, shape)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        gamma, beta = rng.uniform(0.5, 1.5, size=3), rng.normal(size=3)
        return [
            Example(batch_normalization, (rng.normal(size=(5, 3)), gamma, beta)),
            Example(batch_normalization, (rng.normal(size=(2, 3, 2, 2)), gamma, beta), "images"),
            Example(
                lambda x, g, b: batch_normalization(x, g, b, axis=(0, 1)),
                (rng.normal(size=(3, 2, 3)), gamma, beta),
                "channels last",
            ),
        ]


class FixedBatchNormalization(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and var given."""

    op_name = "fixed_batch_normalization"
    x_roles = ("x", "gamma", "beta", "mean", "var")
    y_roles = ("y",)
    formula = (
        "std = sqrt(var + eps);  xhat = (x - mean) / std;  y = gamma xhat + beta;  gx = gamma gy / std;  "
        "ggamma = sum of gy xhat;  gbeta = sum of gy;  gmean = -gamma gbeta / std;  "
        "gvar = -gamma ggamma / (2 std^2)"
    )
    retained_x = (0, 1, 3, 4)
    inv_std: Any = None  # in the shape of gamma; after forward, as is the next
    inv_var: Any = None

    def __init__(self, eps: float = 2e-5, axis: Any = None) -> None:
        self.eps = eps
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"eps": self.eps, "axis": list(self.axis or ())}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, gamma, beta, mean, var = inputs
        self.axis = check_statistics(x, gamma, beta, self.axis)
        require_equal("mean.shape", mean.shape, "gamma.shape", gamma.shape)
        require_equal("var.shape", var.shape, "gamma.shape", gamma.shape)
        require_equal("mean.dtype", mean.dtype, "gamma.dtype", gamma.dtype)
        require_equal("var.dtype", var.dtype, "gamma.dtype", gamma.dtype)
        self.shape = tuple(1 if i in self.axis else length for i, length in enumerate(x.shape))
        xp = backend.get_array_module(x)
        wide = var + gamma.dtype.type(self.eps)
        std = xp.sqrt(wide)
        self.inv_std, self.inv_var = 1 / std, 1 / wide
        scale = gamma / std
        y = scale.reshape(self.shape) * (x - mean.reshape(self.shape)) + beta.reshape(self.shape)
        return (y.astype(x.dtype, copy=False),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, gamma, mean, var = xs
        dtype = numpy.promote_types(x.dtype, gamma.dtype)
        gy = either.cast(gys[0], dtype)
        spread = either.broadcast_to
        inv_std = 1 / either.sqrt(var + self.eps)
        x_hat = (either.cast(x, dtype) - spread(either.reshape(mean, self.shape), x.shape)) * spread(
            either.reshape(inv_std, self.shape), x.shape
        )
        gbeta = either.reshape(either.sum(gy, self.axis, True), gamma.shape)
        ggamma = either.reshape(either.sum(gy * x_hat, self.axis, True), gamma.shape)
        scale = gamma * inv_std
        gx = None
        if 0 in wanted:
            gx = either.cast(gy * spread(either.reshape(scale, self.shape), x.shape), x.dtype)
        gradients = (ggamma, gbeta, -(scale * gbeta), -(scale * inv_std * ggamma) * 0.5)
        dtypes = [node.dtype for node in self.inputs[1:]]  # type: ignore[index]
        return gx, *(either.cast(g, dtype) for g, dtype in zip(gradients, dtypes, strict=True))

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def positive() -> Any:
            return rng.uniform(0.5, 1.5, size=3)

        given = (positive(), rng.normal(size=3), rng.normal(size=3), positive())
        return [
            Example(fixed_batch_normalization, (rng.normal(size=(5, 3)), *given)),
            Example(fixed_batch_normalization, (rng.normal(size=(2, 3, 2, 2)), *given), "images"),
        ]


def check_statistics(x: Any, gamma: Any, beta: Any, axis: Any) -> tuple[int, ...]:
    """The axes over which statistics are taken: `axis`, or all that gamma doesn't have.

    Raises:
        InvalidType: gamma and beta don't fit to x.
        RuntimeError: the axes are not in ascending order.
    """
    require_float("x", x)
    require_float("gamma", gamma)
    require_equal("gamma.shape", gamma.shape, "beta.shape", beta.shape)
    require_equal("gamma.dtype", gamma.dtype, "beta.dtype", beta.dtype)
    if axis is None:
        axis = (0, *range(gamma.ndim + 1, x.ndim))
    if not isinstance(axis, int | tuple | list):
        raise RuntimeError(f"axis must be an int, a tuple of ints or None, but axis is {axis!r}")
    axis = (axis,) if isinstance(axis, int) else tuple(axis)
    require(
        all(isinstance(i, int | numpy.integer) and -x.ndim <= i < x.ndim for i in axis),
        f"x has the axes {axis}",
        f"x.ndim is {x.ndim}",
    )
    if any(first >= second for first, second in itertools.pairwise(axis)):
        raise RuntimeError(f"numbers in axis must be sorted in ascending order, but axis is {axis}")
    axis = tuple(sorted(i % x.ndim for i in axis))
    kept = tuple(length for i, length in enumerate(x.shape) if i not in axis)
    require(size_of_shape(kept) == gamma.size and gamma.shape == kept, f"gamma.shape == {kept}", gamma.shape)
    return axis


def batch_normalization(
    x: Any,
    gamma: Any,
    beta: Any,
    eps: float = 2e-5,
    running_mean: Any = None,
    running_var: Any = None,
    decay: float = 0.9,
    axis: Any = None,
    **kwargs: Any,
) -> Any:
    """Normalize by the statistics of the batch; in evaluation, too.

    Args:
        x: variable or array (n, c, ...), float.
        gamma, beta: (c,), scale and shift of each channel.
        eps: added to the variance.
        running_mean, running_var: arrays (c,) to be moved in place towards this batch's statistics, or None.
        decay: how much of the running statistics stays.
        axis: the axes to take statistics over; by default all but the second.

    Raises:
        InvalidType: the shapes don't fit.
    """
    parse_kwargs(kwargs, train=TRAIN_REMOVED)
    return BatchNormalization(eps, running_mean, running_var, decay, axis).apply((x, gamma, beta))[0]


def fixed_batch_normalization(
    x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float = 2e-5, axis: Any = None
) -> Any:
    """Normalize by given statistics; see `batch_normalization`."""
    return FixedBatchNormalization(eps, axis).apply((x, gamma, beta, mean, var))[0]
