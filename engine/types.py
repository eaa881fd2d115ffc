"""Names of types, for scripts that annotate with them."""

from __future__ import annotations

from typing import Any, Protocol, Union

import numpy

__all__ = [
    "AbstractInitializer",
    "CudaDeviceSpec",
    "DeviceSpec",
    "InitializerSpec",
    "NdArray",
    "ScalarValue",
    "Shape",
    "ShapeSpec",
]

NdArray = Any
"""An array of NumPy or CuPy."""
ScalarValue = Union[numpy.generic, bytes, str, memoryview, float]  # noqa: UP007 - a value that scripts may test
Shape = tuple[int, ...]
ShapeSpec = Union[int, tuple[int, ...]]  # noqa: UP007
CudaDeviceSpec = Any
DeviceSpec = Any
"""A device, its name, a number of a GPU, or an array module."""


class AbstractInitializer(Protocol):
    """What fills an array."""

    dtype: Any = None

    def __call__(self, array: Any) -> None: ...


InitializerSpec = Union[AbstractInitializer, ScalarValue, NdArray]  # noqa: UP007
