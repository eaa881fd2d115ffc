"""Brings any array to the host, with the name of the device that it was on.

Knows devices by how their arrays behave, so that CuPy is never imported here.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

__all__ = ["describe", "put_content", "to_host"]


def to_host(array: Any) -> tuple[np.ndarray, str]:
    """A NumPy array with the content of `array` (an array of any library, or a number), and the device's name."""
    if isinstance(array, np.ndarray | np.generic | int | float | complex):
        return np.asarray(array), "cpu"
    get = getattr(array, "get", None)
    if callable(get):
        host = np.asarray(get())
        number = getattr(getattr(array, "device", None), "id", None)
        return host, type(array).__module__.partition(".")[0] if number is None else f"cuda:{number}"
    return np.asarray(array), "cpu"


@functools.cache
def _dtype_name(dtype: np.dtype) -> str:
    """NumPy works a name out each time anew, in Python."""
    return dtype.name


def put_content(array: Any, content: np.ndarray) -> None:
    """Write `content`, of the same shape and dtype, into an array of any library, wherever it is.

    Raises:
        ValueError: it can't be written into.
    """
    if isinstance(array, np.ndarray):
        if not array.flags.writeable:
            raise ValueError("this array can't be changed: it is a view that is read only")
        array[...] = content
        return
    put = getattr(array, "set", None)
    if not callable(put):
        raise ValueError(f"an array of type {type(array).__name__} can't be changed from here")
    put(content)


def describe(value: Any) -> str:
    """One argument of a call in a few words: dtype and shape of arrays and variables, else its type."""
    array = getattr(value, "array", value)
    shape, dtype = getattr(array, "shape", None), getattr(array, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        name = _dtype_name(dtype) if isinstance(dtype, np.dtype) else getattr(dtype, "name", dtype)
        return f"{name} {shape}"
    if isinstance(value, bool | int | float) or value is None:
        return repr(value)
    return type(value).__name__
