"""Arrays as text that Python reads back."""

from __future__ import annotations

import sys

import numpy as np

__all__ = ["MOST_ELEMENTS", "numpy_literal"]

MOST_ELEMENTS = 100_000
"""Elements of an array that may go to the clipboard: terminals drop what is much longer."""


def numpy_literal(array: np.ndarray) -> str:
    """`np.array([[0.5, np.nan]], dtype=np.float32)`, with all digits of every value.

    Raises:
        ValueError: the array has more than `MOST_ELEMENTS` elements.
    """
    if array.size > MOST_ELEMENTS:
        raise ValueError(f"{array.size:,} elements are too many to copy: at most {MOST_ELEMENTS:,}")
    with np.printoptions(threshold=sys.maxsize, floatmode="unique", nanstr="np.nan", infstr="np.inf"):
        text = np.array2string(array, separator=", ", prefix="np.array(")
    if not array.size and array.ndim != 1:
        return f"np.empty({array.shape}, dtype=np.{array.dtype.name})"
    kind = "bool" if array.dtype.kind == "b" else array.dtype.name
    return f"np.array({text}, dtype=np.{kind})"
