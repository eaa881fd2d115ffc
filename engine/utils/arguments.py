"""Small checks and conversions of arguments and results."""

from __future__ import annotations

import sys
from typing import Any

import numpy

__all__ = [
    "CUDNN_REMOVED",
    "DETERMINISTIC_REMOVED",
    "TRAIN_REMOVED",
    "force_array",
    "normalize_axes",
    "parse_kwargs",
    "size_of_shape",
    "unexpected_arguments",
]

# Arguments of older Chainers, and what its own messages advise instead; for `parse_kwargs`.
TRAIN_REMOVED = "train argument is not supported anymore. Use chainer.using_config('train', value)"
CUDNN_REMOVED = "use_cudnn argument is not supported anymore. Use chainer.using_config('use_cudnn', value)"
DETERMINISTIC_REMOVED = (
    "deterministic argument is not supported anymore. Use chainer.using_config('cudnn_deterministic', value)"
)


def size_of_shape(shape: tuple[int, ...]) -> int:
    """How many elements an array of this shape has."""
    size = 1
    for length in shape:
        size *= length
    return size


def force_array(x: Any, dtype: Any = None) -> Any:
    """`x` as an array: NumPy gives a number where a result has no axes."""
    if isinstance(x, numpy.ndarray) or not numpy.isscalar(x):
        return x if dtype is None else x.astype(dtype, copy=False)
    return numpy.asarray(x, dtype)


def parse_kwargs(
    kwargs: dict[str, Any], *names_and_defaults: tuple[str, Any], **removed: str
) -> tuple[Any, ...]:
    """The values of keyword arguments, in the order of `names_and_defaults`.

    Args:
        kwargs: what the caller passed; names are taken out of it.
        names_and_defaults: pairs of name and default.
        removed: names that were arguments once, with what to do instead.

    Raises:
        ValueError: a removed name was passed.
        TypeError: a name that nobody knows was passed.
    """
    for name, advice in removed.items():
        if name in kwargs:
            raise ValueError(advice)
    values = tuple(kwargs.pop(name, default) for name, default in names_and_defaults)
    if kwargs:
        raise unexpected_arguments(kwargs, depth=2)
    return values


def unexpected_arguments(kwargs: dict[str, Any], depth: int = 1) -> TypeError:
    """The error for arguments that nobody knows.

    Args:
        kwargs: the arguments.
        depth: how many calls up the function is that they were passed to.
    """
    name = sys._getframe(depth).f_code.co_name
    return TypeError(f"{name}() got unexpected keyword argument(s) {', '.join(map(repr, sorted(kwargs)))}")


def normalize_axes(axis: int | tuple[int, ...] | None, ndim: int) -> tuple[int, ...]:
    """Axes counted from 0, in rising order; all of them for None."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, int):
        axis = (axis,)
    return tuple(sorted(i % ndim if ndim else i for i in axis))
