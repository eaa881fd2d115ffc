"""MultivariateNormal: the Gaussian distribution of vectors."""

from __future__ import annotations

import math
from typing import Any

from ..distribution import Distribution, register_kl
from ..functions import batch_inv, broadcast_to, diagonal, log, matmul, reshape, squeeze, sum
from ..utils.arguments import parse_kwargs
from ..variable import as_variable

__all__ = ["MultivariateNormal"]

_LOG_SQRT_TAU = 0.5 * math.log(2 * math.pi)


class MultivariateNormal(Distribution):
    """Normal distributions of vectors of d numbers, with mean `loc` and covariance L L^T.

    Args:
        loc: (*batch_shape, d), variable or array.
        scale_tril: L, (*batch_shape, d, d), lower triangular with a positive diagonal.

    Raises:
        ValueError: scale_tril is missing.
    """

    def __init__(self, loc: Any, **kwargs: Any) -> None:
        (scale_tril,) = parse_kwargs(kwargs, ("scale_tril", None))
        if scale_tril is None:
            raise ValueError(
                "MultivariateNormal: give scale_tril, the lower triangular root of the covariance"
            )
        self.loc: Any = as_variable(loc)
        self.scale_tril: Any = as_variable(scale_tril)

    @property
    def d(self) -> int:
        """The length of a vector."""
        return self.loc.shape[-1]

    @property
    def params(self) -> dict[str, Any]:
        return {"loc": self.loc, "scale_tril": self.scale_tril}

    @property
    def batch_shape(self) -> tuple[int, ...]:
        return self.loc.shape[:-1]

    @property
    def event_shape(self) -> tuple[int, ...]:
        return self.loc.shape[-1:]

    @property
    def support(self) -> str:
        return "real"

    @property
    def _log_root_determinant(self) -> Any:
        """log of the determinant of L: half of the covariance's."""
        return sum(log(diagonal(self.scale_tril, axis1=-2, axis2=-1)), axis=-1)

    @property
    def _whitener(self) -> Any:
        """The inverse of L, which makes a sample standard normal; (*batch_shape, d, d)."""
        lower = self.scale_tril * self.xp.tri(self.d, dtype=self.scale_tril.dtype)
        inverse = batch_inv(reshape(lower, (-1, self.d, self.d)))
        return reshape(inverse, self.scale_tril.shape)

    def log_prob(self, x: Any) -> Any:
        apart = _times(self._whitener, as_variable(x) - self.loc)
        return -0.5 * sum(apart**2, axis=-1) - self._log_root_determinant - self.d * _LOG_SQRT_TAU

    def sample_n(self, n: int) -> Any:
        shape = (n, *self.loc.shape)
        noise = self.xp.random.standard_normal(shape).astype(self.loc.dtype, copy=False)
        return self.loc + _times(self.scale_tril, noise)

    @property
    def entropy(self) -> Any:
        return self._log_root_determinant + self.d * (0.5 + _LOG_SQRT_TAU)

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def covariance(self) -> Any:
        return matmul(self.scale_tril, self.scale_tril, transb=True)


def _times(matrix: Any, vector: Any) -> Any:
    """Each matrix (*batch_shape, d, d) times the vectors (*sample_shape, *batch_shape, d) that belong to it."""
    shape = vector.shape[:-1] + matrix.shape[-2:]
    return squeeze(matmul(broadcast_to(matrix, shape), reshape(vector, (*vector.shape, 1))), -1)


@register_kl(MultivariateNormal, MultivariateNormal)
def _kl_multivariate_normal_multivariate_normal(p: MultivariateNormal, q: MultivariateNormal) -> Any:
    whitener = q._whitener
    spread = sum(matmul(whitener, p.scale_tril) ** 2, axis=(-2, -1))
    apart = sum(_times(whitener, q.loc - p.loc) ** 2, axis=-1)
    return q._log_root_determinant - p._log_root_determinant + 0.5 * (spread + apart - p.d)
