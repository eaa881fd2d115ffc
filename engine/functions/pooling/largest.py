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
    size = x.shape[axis + 2]
    length = get_conv_outsize(
        size, window.kernel[axis], window.stride[axis], window.pad[axis], window.cover_all
    )
    before = (slice(None),) * (axis + 2)
    y: Any = None
    numbers: Any = None
    for offset, outputs, elements in window.met_along(axis, size):
        candidate = x[(*before, elements)]
        number = dtype.type(offset * weight)
        if below is not None:
            number = below[(*before, elements)] + number if offset else below[(*before, elements)]
        if outputs == slice(0, length):
            if y is None:
                y, numbers = candidate, number
            else:
                numbers = xp.where(candidate > y, number, numbers)
                y = xp.maximum(y, candidate)
            continue
        # Some windows have this element in the padding.
        if y is None:
            shape = (*x.shape[: axis + 2], length, *x.shape[axis + 3 :])
            y, numbers = xp.full(shape, -numpy.inf, x.dtype), xp.zeros(shape, dtype)
        elif y.base is not None:
            y, numbers = y.copy(), xp.full(y.shape, numbers, dtype)
        best, place = y[(*before, outputs)], (*before, outputs)
        xp.copyto(numbers[place], number, where=candidate > best)
        xp.maximum(best, candidate, out=best)
    return y, numbers if numbers.shape else xp.full(y.shape, numbers, dtype)
