"""Initializers that draw nothing: one value everywhere, given values, the identity matrix."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend
from ..initializer import Initializer

__all__ = ["Constant", "Identity", "NaN", "One", "Zero"]


class _Filled(Initializer):
    fill_value: Any = None

    def __call__(self, array: Any) -> None:
        self._check_dtype(array)
        if backend.is_array(self.fill_value):
            array[...] = backend.get_device_from_array(array).send(self.fill_value)
        else:
            array[...] = self.fill_value


class Constant(_Filled):
    """Every element is `fill_value`; an array as `fill_value` is copied, broadcast where it must be.

    Args:
        fill_value: a number or an array.
        dtype: the only dtype that it fills; None for any.

    Raises:
        ValueError: `fill_value` is neither a number nor an array.
    """

    def __init__(self, fill_value: Any, dtype: Any = None) -> None:
        if not numpy.isscalar(fill_value) and not backend.is_array(fill_value):
            raise ValueError(f"Constant: fill_value must be a number or an array, not {fill_value!r}")
        self.fill_value = fill_value
        super().__init__(dtype)


class Zero(_Filled):
    """Every element is 0."""

    fill_value = 0.0


class One(_Filled):
    """Every element is 1."""

    fill_value = 1.0


class NaN(_Filled):
    """Every element is NaN: a value that nobody should use shows at once."""

    fill_value = numpy.nan

    def __call__(self, array: Any) -> None:
        if array.dtype.kind in "fc":
            super().__call__(array)
        else:  # whole numbers have no such value
            array[...] = 0


class Identity(Initializer):
    """`scale` on the diagonal of a square matrix, 0 elsewhere.

    Args:
        scale: the value on the diagonal.
        dtype: the only dtype that it fills; None for any.
    """

    def __init__(self, scale: float = 1.0, dtype: Any = None) -> None:
        self.scale = scale
        super().__init__(dtype)

    def __call__(self, array: Any) -> None:
        self._check_dtype(array)
        if len(array.shape) != 2 or array.shape[0] != array.shape[1]:
            raise ValueError(
                "Identity matrix initialization can only be used for 2D squared matrices. "
                f"Actual shape: {tuple(array.shape)}"
            )
        array[...] = 0
        diagonal = backend.get_array_module(array).arange(array.shape[0])
        array[diagonal, diagonal] = self.scale
