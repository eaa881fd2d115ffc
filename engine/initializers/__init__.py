"""Initializers, and how a link gets an array from whatever a script passed as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from .. import backend
from ..dtypes import get_dtype
from .constant import Constant, Identity, NaN, One, Zero
from .normal import GlorotNormal, HeNormal, LeCunNormal, Normal
from .orthogonal import Orthogonal
from .sampling import DownsamplingConvFilter, UpsamplingDeconvFilter
from .uniform import GlorotUniform, HeUniform, LeCunUniform, Uniform

__all__ = [
    "Constant",
    "DownsamplingConvFilter",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "LeCunNormal",
    "LeCunUniform",
    "NaN",
    "Normal",
    "One",
    "Orthogonal",
    "Uniform",
    "UpsamplingDeconvFilter",
    "Zero",
    "generate_array",
    "get_initializer",
]


def get_initializer(initializer: Any) -> Any:
    """What a script passed as an initializer, as one.

    Args:
        initializer: None (LeCun's normal), a number or an array (a constant), or a callable that fills an array.

    Raises:
        TypeError: it is none of these.
    """
    if initializer is None:
        return LeCunNormal()
    if numpy.isscalar(initializer) or backend.is_array(initializer):
        return Constant(initializer)
    if not callable(initializer):
        raise TypeError(
            f"invalid type of initializer: {type(initializer)}; "
            "pass an initializer, a number, an array, or a function that fills an array"
        )
    return initializer


_get_initializer = get_initializer


def generate_array(
    initializer: Any, shape: int | Sequence[int], xp: Any, dtype: Any = None, device: Any = None
) -> Any:
    """Make a new array and fill it.

    Args:
        initializer: a callable that fills an array; its attribute `dtype`, if it has one, is the array's dtype.
        shape: of the new array.
        xp: the array module to make it with, if no device is given.
        dtype: of the new array; by default the initializer's, else what `config.dtype` says.
        device: where to make it; by default where `xp` makes arrays.

    Raises:
        ValueError: `dtype` and the initializer's dtype differ.
    """
    own_dtype = getattr(initializer, "dtype", None)
    if dtype is not None and own_dtype is not None and numpy.dtype(dtype) != numpy.dtype(own_dtype):
        raise ValueError(f"dtype mismatch: {numpy.dtype(dtype)} != {numpy.dtype(own_dtype)}")
    dtype = get_dtype(own_dtype if dtype is None else dtype)
    if device is None:
        array = xp.empty(shape, dtype=dtype)
        initializer(array)
        return array
    device = backend.get_device(device)
    with backend.using_device(device):
        array = device.xp.empty(shape, dtype=dtype)
        initializer(array)
    return array
