"""Shapes of arrays."""

from __future__ import annotations

from typing import Any

import numpy

from .. import backend
from .arguments import size_of_shape

__all__ = ["as_mat", "as_vec", "empty_like", "size_of_shape", "sum_to"]


def as_vec(x: Any) -> Any:
    """The array with all elements in one axis."""
    return x.reshape(-1)


def as_mat(x: Any) -> Any:
    """The array with all axes behind the first as one."""
    return x.reshape(len(x), -1)


def empty_like(x: Any) -> Any:
    """A new array of the same shape and dtype, in rows, on the same device; what it holds is left open."""
    return backend.get_array_module(x).empty(x.shape, x.dtype)


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """`x` summed over the axes along which `shape` would be stretched to it.

    Args:
        x: array.
        shape: one that can be broadcast to `x.shape`.

    Raises:
        TypeError: x is a variable.
    """
    if not backend.is_array(x) and not isinstance(x, numpy.generic):
        raise TypeError(
            f"utils.sum_to takes arrays, not {type(x).__name__}; functions.sum_to takes variables"
        )
    lead = x.ndim - len(shape)
    numpy.broadcast_shapes(x.shape, shape)
    axes = tuple(range(lead)) + tuple(i + lead for i, length in enumerate(shape) if length == 1)
    return x.sum(axes, keepdims=True).reshape(shape) if axes else x
