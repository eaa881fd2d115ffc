"""Numbers and arrays as JSON values, which have no NaN and no infinity: those become strings."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np

__all__ = ["array_values", "json_number", "plain"]


def json_number(value: Any) -> Any:
    """A number for JSON: itself, or `"NaN"`, `"Infinity"`, `"-Infinity"`; None stays None."""
    if isinstance(value, np.longdouble):  # which Python has no number for: all of its digits
        return msgspec.Raw(str(value).encode()) if np.isfinite(value) else json_number(float(value))
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def plain(value: Any) -> Any:
    """A nested JSON value with its non-finite numbers as strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return json_number(value)


def array_values(array: np.ndarray) -> Any:
    """The elements as nested lists (a 0-d array as one number), every digit kept; complex ones as `[re, im]`."""
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], axis=-1)
    values = array.tolist()
    if array.dtype.char == "g" or (array.dtype.kind == "f" and not np.isfinite(array).all()):
        return plain(values)
    return values
