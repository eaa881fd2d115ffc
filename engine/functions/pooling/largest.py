"""The largest element of every window and which one it is, one axis after the other, on arrays.

The last axis goes first: so equal elements are decided for the first in the order of the kernel's elements, as if
all were compared one by one, with a half or a third of the comparisons.
"""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.conv import get_conv_outsize
from .windows import PoolWindow

__all__ = ["largest"]


def largest(x: Any, window: PoolWindow) -> tuple[Any, Any]:
    """The pair of the largest elements and their numbers.

    Args:
        x: (n, c, *lengths), float.

    Returns:
        y (n, c, *positions) of the dtype of x, and the number, within the kernel, of the element that won, in the
        smallest integers that hold it. A NaN is the largest of all.
    """
    dtype = numpy.min_scalar_type(int(numpy.prod(window.kernel)) - 1)
    y, numbers = x, None
    weight = 1
    for axis in reversed(range(len(window.kernel))):
        y, numbers = _along(y, numbers, axis, window, weight, dtype)
        weight *= window.kernel[axis]
    if y.base is not None:  # a kernel of one element: what won is still a view of x
        y = y.copy()
    return y, numbers


def _along(
    x: Any, below: Any, axis: int, window: PoolWindow, weight: int, dtype: numpy.dtype
) -> tuple[Any, Any]:
    """The largest along one axis.

    Args:
        below: numbers of the elements of x, from the axes behind; None if this is the first axis to go.
        weight: how much the number of an element grows from one kernel offset to the next.
    """
    xp = backend.get_array_module(x)
    kernel, stride, pad = window.kernel[axis], window.stride[axis], window.pad[axis]
    size = x.shape[axis + 2]
    length = get_conv_outsize(size, kernel, stride, pad, window.cover_all)
    before = (slice(None),) * (axis + 2)
    behind = max((length - 1) * stride + kernel - pad - size, 0)
    if pad or behind:  # with padding around, every window is whole
        x = _padded(x, axis + 2, pad, behind, -numpy.inf)
        below = None if below is None else _padded(below, axis + 2, pad, behind, 0)
    y: Any = None
    numbers: Any = None
    for offset in range(kernel):
        elements = (*before, slice(offset, offset + (length - 1) * stride + 1, stride))
        candidate = x[elements]
        number = dtype.type(offset * weight)
        if below is not None:
            number = below[elements] + number if offset else below[elements]
        if y is None:
            y, numbers = candidate, number
        else:
            numbers = xp.where(candidate > y, number, numbers)
            y = xp.maximum(y, candidate)
    return y, numbers if numbers.shape else xp.full(y.shape, numbers, dtype)


def _padded(x: Any, axis: int, before: int, behind: int, value: float) -> Any:
    """x with so many elements of one value around it along an axis."""
    xp = backend.get_array_module(x)
    padded = xp.empty((*x.shape[:axis], before + x.shape[axis] + behind, *x.shape[axis + 1 :]), x.dtype)
    end = before + x.shape[axis]
    where = (slice(None),) * axis
    padded[(*where, slice(before))] = value
    padded[(*where, slice(end, None))] = value
    padded[(*where, slice(before, end))] = x
    return padded
