"""stack, vstack, hstack, dstack: arrays put beside each other."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_equal
from ...variable import as_variable
from .axes import expand_dims
from .concat import concat
from .reshape import reshape

__all__ = ["dstack", "hstack", "stack", "vstack"]


def stack(xs: Any, axis: int = 0) -> Any:
    """Arrays of one shape along a new axis.

    Args:
        xs: list or tuple of variables or arrays.
        axis: place of the new axis.

    Raises:
        InvalidType: the shapes differ.
    """
    require(len(xs) > 0, "in_types.size > 0", "0 <= 0")
    xs = [as_variable(x) for x in xs]
    for i, x in enumerate(xs[1:], 1):
        require_equal("xs[0].shape", xs[0].shape, f"xs[{i}].shape", x.shape)
    return concat([expand_dims(x, axis) for x in xs], axis % (len(xs[0].shape) + 1))


def hstack(xs: Any) -> Any:
    """Arrays one behind the other along axis 1 (numbers and vectors: along axis 0).

    Raises:
        InvalidType: there are none, or the shapes don't fit.
    """
    require(len(xs) > 0, "in_types.size > 0", "0 <= 0")
    xs = [x if len(x.shape) else reshape(x, (1,)) for x in map(as_variable, xs)]
    return concat(xs, 0 if len(xs[0].shape) == 1 else 1)


def vstack(xs: Any) -> Any:
    """Arrays below each other along axis 0; vectors become rows.

    Raises:
        InvalidType: the numbers of axes differ, or the shapes don't fit.
    """
    xs = _of_equal_ndims(xs)
    return concat([x if len(x.shape) > 1 else reshape(x, (1, -1)) for x in xs], 0)


def dstack(xs: Any) -> Any:
    """Arrays behind each other along axis 2; vectors and matrices get that axis first.

    Raises:
        InvalidType: the numbers of axes differ, or the shapes don't fit.
    """
    xs = _of_equal_ndims(xs)
    return concat([_with_three_axes(x) for x in xs], 2)


def _of_equal_ndims(xs: Any) -> list[Any]:
    variables = [as_variable(x) for x in xs]
    for i, x in enumerate(variables):
        require_equal("xs[0].ndim", len(variables[0].shape), f"xs[{i}].ndim", len(x.shape))
    return variables


def _with_three_axes(x: Any) -> Any:
    if len(x.shape) < 2:
        return reshape(x, (1, -1, 1))
    return reshape(x, (*x.shape, 1)) if len(x.shape) == 2 else x
