"""What an initializer is: a callable that fills an array with first values."""

from __future__ import annotations

from typing import Any

import numpy

from .utils import size_of_shape

__all__ = ["Initializer", "get_fans"]


class Initializer:
    """Base of initializers; a subclass defines `__call__(array)`, which fills `array` in place.

    Args:
        dtype: the only dtype that it fills; None for any.
    """

    def __init__(self, dtype: Any = None) -> None:
        self.dtype = dtype

    def __call__(self, array: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} doesn't define __call__(array)")

    def _check_dtype(self, array: Any) -> None:
        """Raise unless the array has the dtype that this initializer was made for.

        Raises:
            ValueError: it has another one.
        """
        if self.dtype is not None and array.dtype != numpy.dtype(self.dtype):
            raise ValueError(
                f"{type(self).__name__} was made for dtype {numpy.dtype(self.dtype)}, "
                f"but the array to fill has dtype {array.dtype}"
            )


def get_fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """How many inputs one unit of a weight of this shape sees, and how many units one input reaches.

    Args:
        shape: (out, in, ...): the axes after the second are those of a filter.

    Returns:
        Fan-in and fan-out.

    Raises:
        ValueError: no tuple, or of fewer than two axes.
    """
    if not isinstance(shape, tuple):
        raise ValueError(f"shape must be tuple. Actual type: {type(shape)}")
    if len(shape) < 2:
        raise ValueError(f"shape must be of length >= 2. Actual shape: {shape}")
    filter_size = size_of_shape(shape[2:])
    return shape[1] * filter_size, shape[0] * filter_size
