"""Helpers that scripts use too: type checks, argument handling, small conversions."""

from __future__ import annotations

from typing import Any

import numpy

from . import type_check
from .arguments import force_array, parse_kwargs, size_of_shape
from .sparse import CooMatrix, get_order, to_coo

__all__ = [
    "CooMatrix",
    "force_array",
    "force_type",
    "get_order",
    "parse_kwargs",
    "size_of_shape",
    "to_coo",
    "type_check",
]


def force_type(dtype: Any, value: Any) -> Any:
    """`value`, a number or an array, in `dtype`."""
    if numpy.isscalar(value):
        return numpy.dtype(dtype).type(value)
    return value if value.dtype == dtype else value.astype(dtype, copy=False)
