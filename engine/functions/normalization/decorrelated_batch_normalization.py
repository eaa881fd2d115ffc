"""decorrelated_batch_normalization: channels made independent of each other, with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..math.inverse_root import inverse_root, inverse_root_gradient
from ..op import Example, Op

__all__ = ["decorrelated_batch_normalization", "fixed_decorrelated_batch_normalization"]


class DecorrelatedBatchNormalization(Op):
    """y = P (x - mean) in each group of channels, with P = (covariance + eps)^(-1/2). Huang et al. 2018."""

    op_name = "decorrelated_batch_normalization"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = (
        "c = x - mean;  S = c c^T / m + eps;  P = S^(-1/2);  y = P c;  gP = gy c^T;  gS from gP as in inverse_root;  "
        "gc = P gy + (gS + gS^T) c / m;  gx = gc - mean of gc"
    )
    retained_x = (0,)
    kept_as = {"mean": None, "projection": None}  # running statistics: written in training, not read

    def __init__(
        self,
        groups: int = 16,
        eps: float = 2e-5,
        mean: Any = None,
        projection: Any = None,
        decay: float = 0.9,
    ) -> None:
        self.groups = groups
        self.eps = eps
        self.running_mean = mean
        self.running_projection = projection
        self.decay = decay

    def attributes(self) -> dict[str, Any]:
        return {"groups": self.groups, "eps": self.eps, "decay": self.decay}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        _check(x, self.groups)
        mean, centred, projection = self._whitening(x)
        self.projection = projection
        if centred.shape[2]:
            self._update_running(mean, projection, centred.shape[2])
        return (_ungrouped(either.matmul(projection, centred), x.shape),)

    def _whitening(self, x: Any) -> tuple[Any, Any, Any]:
        """Mean (groups, c, 1), x without it (groups, c, m), and P (groups, c, c)."""
        grouped = _grouped(x, self.groups)
        _, channels, count = grouped.shape
        scale = 1.0 / max(count, 1)
        mean = either.sum(grouped, 2, True) * scale
        centred = grouped - either.broadcast_to(mean, grouped.shape)
        xp = backend.get_array_module(either.array_of(x))
        eps = xp.eye(channels, dtype=x.dtype) * x.dtype.type(self.eps)
        covariance = either.matmul(centred, centred, transb=True) * scale
        return mean, centred, inverse_root(covariance + either.broadcast_to(eps, covariance.shape))

    def _update_running(self, mean: Any, projection: Any, count: int) -> None:
        """Move the running statistics towards this batch's, the projection by as much as an unbiased variance."""
        adjusted = projection * (count / max(count - 1.0, 1.0))
        for running, now in ((self.running_mean, mean[:, :, 0]), (self.running_projection, adjusted)):
            if running is not None:
                running *= self.decay
                running += (1 - self.decay) * now.astype(running.dtype, copy=False)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,) = xs
        _, centred, projection = self._whitening(x)
        gy = _grouped(gys[0], self.groups)
        count = centred.shape[2]
        gcovariance = inverse_root_gradient(projection, either.matmul(gy, centred, transb=True))
        both = gcovariance + either.transpose(gcovariance, (0, 2, 1))
        gx = either.matmul(projection, gy) + either.matmul(both, centred) * (1.0 / max(count, 1))
        gmean = either.broadcast_to(either.sum(gx, 2, True) * (1.0 / max(count, 1)), gx.shape)
        return (_ungrouped(gx - gmean, x.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def two_groups(x: Any) -> Any:
            return decorrelated_batch_normalization(x, groups=2, eps=1e-2)

        return [
            Example(two_groups, (rng.normal(size=(5, 4)),)),
            Example(two_groups, (rng.normal(size=(2, 4, 2, 3)),), "images"),
        ]


class FixedDecorrelatedBatchNormalization(Op):
    """y = P (x - mean) in each group of channels, with P and mean given."""

    op_name = "fixed_decorrelated_batch_normalization"
    x_roles = ("x", "mean", "P")
    y_roles = ("y",)
    formula = "y = P (x - mean);  gx = P^T gy;  gmean = -sum of P^T gy;  gP = gy (x - mean)^T"
    retained_x = (0, 1, 2)

    def __init__(self, groups: int = 16) -> None:
        self.groups = groups

    def attributes(self) -> dict[str, Any]:
        return {"groups": self.groups}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, mean, projection = inputs
        _check(x, self.groups)
        channels = x.shape[1] // self.groups
        for i, array in enumerate((mean, projection), 1):
            require_equal(f"in_types[{i}].dtype", array.dtype, "in_types[0].dtype", x.dtype)
        require_equal("in_types[1].shape", mean.shape, "(groups, channels)", (self.groups, channels))
        require_equal(
            "in_types[2].shape",
            projection.shape,
            "(groups, channels, channels)",
            (self.groups, channels, channels),
        )
        centred = _grouped(x, self.groups) - mean[:, :, None]
        return (_ungrouped(either.matmul(projection, centred), x.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, mean, projection = xs
        grouped = _grouped(x, self.groups)
        gy = _grouped(gys[0], self.groups)
        gx = either.matmul(projection, gy, transa=True)
        centred = grouped - either.broadcast_to(either.reshape(mean, (*mean.shape, 1)), grouped.shape)
        return _ungrouped(gx, x.shape), -either.sum(gx, 2), either.matmul(gy, centred, transb=True)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def two_groups(x: Any, mean: Any, projection: Any) -> Any:
            return fixed_decorrelated_batch_normalization(x, mean, projection, groups=2)

        return [
            Example(
                two_groups, (rng.normal(size=(5, 4)), rng.normal(size=(2, 2)), rng.normal(size=(2, 2, 2)))
            )
        ]


def _check(x: Any, groups: int) -> None:
    require_float("in_types[0]", x)
    require(x.ndim >= 2, "in_types[0].ndim >= 2", f"{x.ndim} < 2")
    require(
        x.shape[1] % groups == 0,
        f"in_types[0].shape[1] % {groups} == 0",
        f"{x.shape[1] % groups} != 0: {x.shape[1]} channels don't divide into {groups} groups",
    )


def _grouped(x: Any, groups: int) -> Any:
    """(groups, channels of one, elements of one) from (n, channels, ...)."""
    n, channels, *lengths = x.shape
    rest = 1
    for length in lengths:
        rest *= length
    parts = either.reshape(x, (n, groups, channels // groups, rest))
    return either.reshape(either.transpose(parts, (1, 2, 0, 3)), (groups, channels // groups, n * rest))


def _ungrouped(grouped: Any, shape: tuple[int, ...]) -> Any:
    """The reverse of `_grouped`."""
    groups, channels, count = grouped.shape
    rest = count // shape[0] if shape[0] else 0
    parts = either.reshape(grouped, (groups, channels, shape[0], rest))
    return either.reshape(either.transpose(parts, (2, 0, 1, 3)), shape)


def decorrelated_batch_normalization(
    x: Any,
    *,
    groups: int = 16,
    eps: float = 2e-5,
    running_mean: Any = None,
    running_projection: Any = None,
    decay: float = 0.9,
) -> Variable:
    """Make the channels of each group independent of each other over the batch, with mean 0 and variance 1.

    Args:
        x: variable or array (n, channels, ...), float.
        groups: how many groups the channels are divided into, in order.
        eps: added to the variances.
        running_mean: array (groups, channels / groups) to be moved in place towards this batch's mean, or None.
        running_projection: array (groups, channels / groups, channels / groups), likewise for P.
        decay: how much of the running statistics stays.

    Raises:
        InvalidType: the channels can't be divided.

    Reference: Huang et al. 2018, Decorrelated Batch Normalization.
    """
    op = DecorrelatedBatchNormalization(groups, eps, running_mean, running_projection, decay)
    return op.apply((x,))[0]


def fixed_decorrelated_batch_normalization(x: Any, mean: Any, projection: Any, groups: int = 16) -> Variable:
    """Whiten by a given mean and projection; see `decorrelated_batch_normalization`.

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return FixedDecorrelatedBatchNormalization(groups).apply((x, mean, projection))[0]
