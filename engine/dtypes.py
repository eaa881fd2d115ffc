"""The dtype of new parameters and arrays where a script names none."""

from __future__ import annotations

from typing import Any

import numpy

from .configuration import config

__all__ = ["get_dtype", "mixed16"]


class _Mixed16:
    """float16 for most arrays, float32 where float16 would lose too much; a value of `config.dtype`."""

    dtype = numpy.dtype(numpy.float16)
    """What NumPy takes it for."""

    def __repr__(self) -> str:
        return "dtype('mixed16')"

    def __str__(self) -> str:
        return "mixed16"

    def __reduce__(self) -> str:
        return "mixed16"


mixed16 = _Mixed16()


def get_dtype(dtype: Any = None, map_mixed16: Any = None) -> numpy.dtype:
    """`dtype` as a NumPy dtype; for None what `config.dtype` says.

    Args:
        dtype: anything that NumPy takes as a dtype, `mixed16`, or None.
        map_mixed16: what to use in the place of `mixed16`; float16 by default.
    """
    if dtype is None:
        dtype = config.dtype
    if dtype is mixed16:
        dtype = numpy.float16 if map_mixed16 is None else map_mixed16
    return numpy.dtype(dtype)
