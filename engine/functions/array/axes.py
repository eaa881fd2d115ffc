"""swapaxes, moveaxis, rollaxis, expand_dims, squeeze and flatten: other views of the same elements."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_float
from ...variable import as_variable
from .reshape import reshape
from .transpose import transpose

__all__ = ["expand_dims", "flatten", "moveaxis", "rollaxis", "squeeze", "swapaxes"]


def _axis(x: Any, axis: int, extra: int = 0) -> int:
    """`axis` counted from 0.

    Raises:
        InvalidType: x has no such axis.
    """
    ndim = len(x.shape) + extra
    require(
        -ndim <= axis < ndim,
        f"x.ndim > {axis}" if axis >= 0 else f"-x.ndim <= {axis}",
        f"x.ndim is {ndim - extra}",
    )
    return axis % ndim


def swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    """x with two axes exchanged.

    Raises:
        InvalidType: x has no such axis.
    """
    x = as_variable(x)
    order = list(range(len(x.shape)))
    first, second = _axis(x, axis1), _axis(x, axis2)
    order[first], order[second] = second, first
    return transpose(x, tuple(order))


def moveaxis(x: Any, source: int | tuple[int, ...], destination: int | tuple[int, ...]) -> Any:
    """x with some axes moved to other places; the others keep their order.

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        ValueError: source and destination differ in number.
    """
    x = as_variable(x)
    require_float("x", x)
    sources = (source,) if isinstance(source, int) else tuple(source)
    places = (destination,) if isinstance(destination, int) else tuple(destination)
    if len(sources) != len(places):
        raise ValueError(f"moveaxis: {len(sources)} axes can't go to {len(places)} places")
    sources = tuple(_axis(x, axis) for axis in sources)
    order = [axis for axis in range(len(x.shape)) if axis not in sources]
    for place, axis in sorted(zip((_axis(x, place) for place in places), sources, strict=True)):
        order.insert(place, axis)
    return transpose(x, tuple(order))


def rollaxis(x: Any, axis: int, start: int = 0) -> Any:
    """x with one axis moved before the place `start`.

    Raises:
        InvalidType: x has no such axis or place.
    """
    x = as_variable(x)
    ndim = len(x.shape)
    axis = _axis(x, axis)
    require(-ndim <= start <= ndim, f"-x.ndim <= {start} <= x.ndim", f"x.ndim is {ndim}")
    start = start + ndim if start < 0 else start
    others = [i for i in range(ndim) if i != axis]
    place = start - 1 if start > axis else start
    return transpose(x, (*others[:place], axis, *others[place:]))


def expand_dims(x: Any, axis: int) -> Any:
    """x with a new axis of length 1 at place `axis`.

    Raises:
        InvalidType: there is no such place.
    """
    x = as_variable(x)
    axis = _axis(x, axis, extra=1)
    return reshape(x, (*x.shape[:axis], 1, *x.shape[axis:]))


def squeeze(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """x without axes of length 1: all of them, or those named.

    Raises:
        InvalidType: x has no such axis.
        ValueError: an axis is longer than 1, or named twice.
        TypeError: `axis` is none of these.
    """
    x = as_variable(x)
    if axis is not None and not isinstance(axis, int | tuple):
        raise TypeError(f"squeeze: axis must be None, int or tuple of ints, not {axis!r}")
    if axis is None:
        return reshape(x, tuple(length for length in x.shape if length != 1))
    named = [_axis(x, i) for i in ((axis,) if isinstance(axis, int) else axis)]
    axes = set(named)
    if len(axes) < len(named):
        raise ValueError(f"squeeze: duplicate value in 'axis': {axis}")
    for i in axes:
        if x.shape[i] != 1:
            raise ValueError(
                f"cannot select an axis to squeeze out which has size not equal to one: axis {i} of shape {x.shape}"
            )
    return reshape(x, tuple(length for i, length in enumerate(x.shape) if i not in axes))


def flatten(x: Any) -> Any:
    """x with one axis, in C order; x itself if it has no more."""
    return as_variable(x) if len(x.shape) == 1 else reshape(x, (-1,) if x.size else (0,))
