"""layer_normalization and group_normalization: each sample, or group of its channels, with mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import numpy

from ...utils.type_check import require, require_equal, require_float
from .. import either
from ..op import Example, Op

__all__ = ["group_normalization", "layer_normalization"]


class GroupNormalization(Op):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and var of each group of channels of a sample."""

    op_name = "group_normalization"
    x_roles = ("x", "gamma", "beta")
    y_roles = ("y",)
    formula = (
        "xhat = (x - mean) / sqrt(var + eps);  y = gamma xhat + beta;  ggamma = sum of gy xhat;  "
        "gbeta = sum of gy;  h = gy gamma;  gx = (h - mean h - xhat * mean of h xhat) / sqrt(var + eps)"
    )
    retained_x = (0, 1)

    def __init__(self, groups: int, eps: float = 1e-5) -> None:
        if not isinstance(groups, int):
            raise TypeError(f"groups must be an int, not {type(groups).__name__}")
        self.groups = groups
        self.eps = eps

    def attributes(self) -> dict[str, Any]:
        return {"groups": self.groups, "eps": self.eps}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, gamma, beta = inputs
        self._check(x, gamma, beta)
        x_hat = self._x_hat(either.cast(x, numpy.promote_types(x.dtype, gamma.dtype)))[0]
        aligned = _aligned(x.shape)
        return (either.cast(gamma.reshape(aligned) * x_hat + beta.reshape(aligned), x.dtype),)

    def _check(self, x: Any, gamma: Any, beta: Any) -> None:
        require(x.ndim >= 2, "x.ndim >= 2", f"{x.ndim} < 2")
        require_float("x", x)
        require_float("gamma", gamma)
        require_equal("gamma.dtype", gamma.dtype, "beta.dtype", beta.dtype)
        for name, parameter in (("gamma", gamma), ("beta", beta)):
            require_equal(f"{name}.shape", parameter.shape, "x.shape[1:2]", x.shape[1:2])
        if x.shape[1] % self.groups:
            raise ValueError(
                f"{self.op_name}: {x.shape[1]} channels can't be divided into {self.groups} groups"
            )

    def _x_hat(self, x: Any) -> tuple[Any, Any]:
        """x normalized, and the factor by which it was scaled, (n * groups, 1); arrays and variables alike."""
        rows = self._rows(x)
        centred = rows - either.broadcast_to(_mean(rows), rows.shape)
        inv_std = 1 / either.sqrt(_mean(centred * centred) + self.eps)
        return either.reshape(centred * either.broadcast_to(inv_std, rows.shape), x.shape), inv_std

    def _rows(self, x: Any) -> Any:
        count = x.shape[0] * self.groups
        return either.reshape(x, (count, x.size // max(count, 1)))

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x, gamma = xs
        wide = numpy.promote_types(x.dtype, gamma.dtype)
        dtype, x = x.dtype, either.cast(x, wide)
        gy = either.cast(gys[0], wide)
        x_hat, inv_std = self._x_hat(x)
        aligned = _aligned(x.shape)
        shape = gamma.shape
        ggamma, gbeta = (
            either.cast(either.reshape(either.sum_to(value, aligned), shape), gamma.dtype)
            for value in (gy * x_hat, gy)
        )
        gx = None
        if 0 in wanted:
            scale = either.cast(either.broadcast_to(either.reshape(gamma, aligned), x.shape), wide)
            h = self._rows(gy * scale)
            rows = self._rows(x_hat)
            rest = (
                h
                - either.broadcast_to(_mean(h), h.shape)
                - rows * either.broadcast_to(_mean(h * rows), h.shape)
            )
            gx = either.cast(either.reshape(rest * either.broadcast_to(inv_std, h.shape), x.shape), dtype)
        return gx, ggamma, gbeta

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        gamma, beta = rng.uniform(0.5, 1.5, size=4), rng.normal(size=4)
        return [
            Example(
                lambda x, g, b: group_normalization(x, 2, g, b), (rng.normal(size=(2, 4, 3)), gamma, beta)
            ),
            Example(
                lambda x, g, b: group_normalization(x, 1, g, b, 0.1),
                (rng.normal(size=(3, 4)), gamma, beta),
                "one",
            ),
        ]


class LayerNormalization(GroupNormalization):
    """y = gamma (x - mean) / sqrt(var + eps) + beta, with mean and var of each sample."""

    op_name = "layer_normalization"

    def __init__(self, eps: float = 1e-5) -> None:
        super().__init__(1, eps)

    def attributes(self) -> dict[str, Any]:
        return {"eps": self.eps}

    def _check(self, x: Any, gamma: Any, beta: Any) -> None:
        super()._check(x, gamma, beta)
        require_equal("gamma.dtype", gamma.dtype, "x.dtype", x.dtype)
        require(x.ndim == 2, "x.ndim == 2", f"{x.ndim} != 2")

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        gamma, beta = rng.uniform(0.5, 1.5, size=4), rng.normal(size=4)
        return [Example(layer_normalization, (rng.normal(size=(3, 4)), gamma, beta))]


def _mean(rows: Any) -> Any:
    return either.sum(rows, 1, True) * (1.0 / max(rows.shape[1], 1))


def _aligned(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1, shape[1], *(1,) * (len(shape) - 2))


def layer_normalization(x: Any, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
    """Normalize each sample by its own mean and variance.

    Args:
        x: variable or array (n, length), float.
        gamma, beta: (length,), scale and shift, of the dtype of x.
        eps: added to the variance.

    Raises:
        InvalidType: shapes or dtypes don't fit.

    Reference: Ba, Kiros, Hinton 2016.
    """
    return LayerNormalization(eps).apply((x, gamma, beta))[0]


def group_normalization(x: Any, groups: int, gamma: Any, beta: Any, eps: float = 1e-5) -> Any:
    """Normalize each group of channels of each sample by its own mean and variance.

    Args:
        x: variable or array (n, c, ...), float.
        groups: into how many groups the channels are divided.
        gamma, beta: (c,), scale and shift, of the dtype of x.
        eps: added to the variance.

    Raises:
        InvalidType: shapes or dtypes don't fit.
        TypeError: groups is no int.
        ValueError: the channels can't be divided like that.

    Reference: Wu, He 2018.
    """
    return GroupNormalization(groups, eps).apply((x, gamma, beta))[0]
