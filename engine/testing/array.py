"""Comparing arrays, and making awkward ones."""

from __future__ import annotations

from typing import Any

from .. import backend
from ..gradient_check import assert_allclose

__all__ = ["as_noncontiguous", "assert_allclose"]


def as_noncontiguous(array: Any) -> Any:
    """The same content with gaps between the elements in memory, where there is more than one; None stays None.

    Args:
        array: an array, or a tuple or list of them.
    """
    if array is None:
        return None
    if isinstance(array, tuple | list):
        return type(array)(as_noncontiguous(part) for part in array)
    if array.ndim == 0 or array.size <= 1:
        return array
    spread = backend.get_array_module(array).empty((*array.shape[:-1], array.shape[-1] * 2), array.dtype)
    view = spread[..., ::2]
    view[...] = array
    return view
