"""What may stand on the other side of an arithmetic operator."""

from __future__ import annotations

from typing import Any

import numpy

from ...backward_walk import walking
from ...utils.type_check import InvalidType, require_float
from ...variable import Variable

__all__ = [
    "as_constant",
    "broadcast_error",
    "dtypes_differ",
    "fitted",
    "floats_needed",
    "is_constant",
    "label_of",
    "operands",
]

_scalars = (int, float, bool, numpy.generic)


def is_constant(value: Any) -> bool:
    """Whether `value` is a number, which takes the dtype of the variable beside it."""
    return isinstance(value, _scalars)


def as_constant(value: Any) -> Any:
    """A number that doesn't widen the dtype of the array beside it."""
    return value.item() if isinstance(value, numpy.generic) else value


def fitted(value: Any, x: Any) -> Any:
    """A constant for the array `x`: in its dtype, where NumPy would else widen it."""
    return value if x.dtype.kind == "f" else x.dtype.type(value)


def label_of(value: Any) -> str:
    """A constant in an op's label: `2`, `(-2)`."""
    return f"({value})" if value < 0 else str(value)


def operands(lhs: Any, rhs: Any) -> tuple[Any, Any]:
    """Both sides of an operator; an array beside a variable takes its dtype, as a number does.

    Raises:
        TypeError: one of them is no variable and no array.
    """
    if not isinstance(rhs, Variable):
        rhs = _in_dtype_of(lhs, rhs)
    elif not isinstance(lhs, Variable):
        lhs = _in_dtype_of(rhs, lhs)
    return lhs, rhs


def _in_dtype_of(x: Any, value: Any) -> Any:
    if not hasattr(value, "astype"):
        raise TypeError(
            f"beside a variable stands a number, an array or a variable, not a {type(value).__name__}"
        )
    return value if x.dtype == value.dtype else value.astype(x.dtype)


def dtypes_differ(lhs: Any, rhs: Any) -> None:
    """Raise because two variables have different dtypes; but a backward rule may mix them, it casts what it gives.

    Raises:
        InvalidType: no backward rule is at work.
    """
    if walking.node is None:
        raise InvalidType("lhs.dtype == rhs.dtype", f"{lhs.dtype} != {rhs.dtype}")


def floats_needed(name: str, array: Any) -> None:
    """Raise unless `array` holds floats, in an op that has them only; but a backward rule may multiply by a mask.

    Raises:
        InvalidType: no backward rule is at work.
    """
    if walking.node is None:
        require_float(name, array)


def broadcast_error(lhs: Any, rhs: Any) -> InvalidType:
    """The error for two arrays whose shapes can't be broadcast together."""
    return InvalidType(
        "shapes that can be broadcast together",
        f"lhs.shape = {lhs.shape}, rhs.shape = {rhs.shape}",
    )
