"""Initializers of convolutions that make images larger or smaller without changing them otherwise."""

from __future__ import annotations

import functools
from typing import Any

import numpy

from .. import backend
from ..errors import WrongValue
from ..initializer import Initializer

__all__ = ["DownsamplingConvFilter", "UpsamplingDeconvFilter"]


class _SamplingFilter(Initializer):
    """A tent for each channel that goes to itself; channels don't mix.

    Args:
        interpolation: only `linear` is known.
        dtype: the only dtype that it fills; None for any.

    Raises:
        ValueError: another interpolation.
    """

    def __init__(self, interpolation: str = "linear", dtype: Any = None) -> None:
        if interpolation != "linear":
            raise ValueError(f"unsupported interpolation method: {interpolation!r}; there is 'linear'")
        self.interpolation = interpolation
        super().__init__(dtype)

    def _scale(self, factor: int) -> float:
        """What the tent of each axis is multiplied with."""
        raise NotImplementedError

    def __call__(self, array: Any) -> None:
        """Fill weights (out, in, *ksize), ksize the same for all axes; `in` is `out` or 1.

        Raises:
            WrongValue: the weights have another shape.
        """
        self._check_dtype(array)
        n_out, n_in, *ksize = (*array.shape, 0, 0)[: max(array.ndim, 2)]
        if len(set(ksize)) != 1 or n_in not in (1, n_out):
            raise WrongValue(
                f"{type(self).__name__}: wants weights (n, n, k, k, ...) or (n, 1, k, k, ...), not {tuple(array.shape)}"
            )
        size = ksize[0]
        factor = (size + 1) // 2
        tent = 1 - numpy.abs(numpy.arange(size) - (size - 1) / 2) / factor
        kernel = functools.reduce(numpy.multiply.outer, [tent * self._scale(factor)] * len(ksize))
        xp = backend.get_array_module(array)
        array[...] = 0
        channels = xp.arange(n_out)
        array[channels, channels if n_in == n_out else 0] = xp.asarray(kernel, array.dtype)


class UpsamplingDeconvFilter(_SamplingFilter):
    """Weights with which a deconvolution of stride (k + 1) // 2 enlarges images, linearly in between.

    Reference: Long et al. 2014, section 3.3.
    """

    def _scale(self, factor: int) -> float:
        return 1.0


class DownsamplingConvFilter(_SamplingFilter):
    """Weights with which a convolution of stride (k + 1) // 2 makes images smaller, as weighted means."""

    def _scale(self, factor: int) -> float:
        return 1.0 / factor
