"""Matrices that are random but not ill-conditioned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

__all__ = ["generate_matrix"]


def generate_matrix(
    shape: Sequence[int], dtype: Any = float, *, singular_values: Any = None
) -> numpy.ndarray:
    """Random matrices with given singular values.

    Args:
        shape: (..., m, n).
        dtype: float or complex.
        singular_values: numbers that broadcast to (..., min(m, n)).

    Raises:
        ValueError: there are fewer than two axes, or a singular value is negative.
        TypeError: the dtype is neither float nor complex, or there are no singular values, or no real ones.
    """
    if len(shape) < 2:
        raise ValueError(f"generate_matrix: a matrix has two axes or more, and the shape is {tuple(shape)}")
    dtype = numpy.dtype(dtype)
    if dtype.kind not in "fc":
        raise TypeError(f"generate_matrix: dtype must be float or complex, not {dtype}")
    values = numpy.asarray(singular_values)
    if values.dtype.kind not in "biuf":
        raise TypeError(f"generate_matrix: singular_values must be given, and real, not {singular_values!r}")
    if (values < 0).any():
        raise ValueError("generate_matrix: singular values can't be negative")
    drawn = numpy.random.standard_normal(shape)
    if dtype.kind == "c":
        drawn = drawn + 1j * numpy.random.standard_normal(shape)
    left, old, right = numpy.linalg.svd(drawn, full_matrices=False)
    return numpy.einsum("...ik,...k,...kj->...ij", left, numpy.broadcast_to(values, old.shape), right).astype(
        dtype
    )
