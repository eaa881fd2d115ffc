"""as_strided: an array read from another one's memory, by a step for each axis."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .concat import concat
from .get_item import get_item, scattered

__all__ = ["as_strided"]


class AsStrided(Op):
    """y[i, j, ...] is the element of x's memory at offset + i * strides[0] + j * strides[1] + ..."""

    op_name = "as_strided"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = (
        "y[i] = memory of x at offset + i . strides;  gx = the sum of gy over all y that were read there"
    )

    kept_as = {"storage_offset": "offset"}

    def __init__(
        self, shape: tuple[int, ...], strides: tuple[int, ...], storage_offset: int | None = None
    ) -> None:
        self.shape = shape
        self.strides = strides
        self.offset = storage_offset

    @property
    def label(self) -> str:
        return "AsStrided"

    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape), "strides": list(self.strides), "storage_offset": self.offset}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x, memory, start = with_memory(inputs[0])
        if self.offset is None:
            self.offset = start
        self.size = memory.size
        self.read = places(self.shape, self.strides, self.offset)
        if self.read.size and self.read.min() < 0:
            raise ValueError(
                f"Out of buffer: too small index was specified: {self.read.min()} is before x's memory"
            )
        if self.read.size and self.read.max() >= self.size:
            raise ValueError(
                f"Out of buffer: too large index was specified: {self.read.max()}, but x's memory has "
                f"{self.size} elements"
            )
        self.own = places(x.shape, [stride // x.dtype.itemsize for stride in x.strides], start)
        return (memory[_on_device(x, self.read)],)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        array = either.array_of(gy)
        # Where a broadcast x holds one element at several places, they share its gradient.
        sharing = numpy.bincount(self.own.ravel(), minlength=self.size)[self.own]
        gmemory = scattered(gy, (_on_device(array, self.read),), (self.size,))
        index = (_on_device(array, self.own),)
        gx = get_item(gmemory, index) if isinstance(gy, Variable) else gmemory[index]
        if (sharing > 1).any():
            gx = gx * _on_device(array, (1.0 / sharing).astype(gy.dtype))
        return (gx,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def dense(x: Variable) -> Variable:
            return concat([either.reshape(x, (-1,))], axis=0)  # a fresh array, so that its memory is known

        return [
            Example(
                lambda x: as_strided(dense(x), (2, 3), (1, 2), 1), (rng.normal(size=(3, 3)),), "overlapping"
            ),
            Example(lambda x: as_strided(dense(x), (3, 2), (-1, 3), 2), (rng.normal(size=6),), "backwards"),
        ]


def with_memory(x: Any) -> tuple[Any, Any, int]:
    """x, the memory that it is a view of (as a flat array), and where in that it begins.

    A view of something else than an array (a file, say) is copied first.
    """
    base = x if x.base is None else x.base
    if not backend.is_array(base) or base.dtype != x.dtype or base.base is not None:
        x = base = backend.get_array_module(x).ascontiguousarray(x).copy()
    start = (_address(x) - _address(base)) // x.dtype.itemsize
    axes = sorted(range(base.ndim), key=lambda axis: -base.strides[axis])
    return x, base.transpose(axes).reshape(-1), start


def _address(x: Any) -> int:
    """Where the first element is: NumPy and CuPy say it each in its own way."""
    return x.__array_interface__["data"][0] if isinstance(x, numpy.ndarray) else x.data.ptr


def places(shape: tuple[int, ...], strides: Any, offset: int) -> numpy.ndarray:
    """Where the elements of a view are in its memory, an array of integers of shape `shape`."""
    found = numpy.full(shape, offset, numpy.intp)
    for axis, (length, stride) in enumerate(zip(shape, strides, strict=True)):
        along = [1] * len(shape)
        along[axis] = length
        found += (numpy.arange(length) * stride).reshape(along)
    return found


def _on_device(array: Any, index: numpy.ndarray) -> Any:
    return backend.get_array_module(array).asarray(index)


def as_strided(x: Any, shape: Any, strides: Any, storage_offset: int | None = None) -> Variable:
    """Read an array of another shape from the memory of `x`; elements may be read several times.

    Args:
        x: variable or array.
        shape: of the result.
        strides: for each axis the step in memory, counted in elements (not in bytes, as NumPy does).
        storage_offset: where in memory the first element is; by default where that of x is.

    Returns:
        Variable of `shape`, a copy.

    Raises:
        ValueError: shape and strides have different lengths, or an element is outside of x's memory.
    """
    shape, strides = tuple(shape), tuple(strides)
    if len(shape) != len(strides):
        raise ValueError(
            "strides, if given, must be the same length as shape: "
            f"{len(strides)} strides for {len(shape)} axes"
        )
    return AsStrided(shape, strides, storage_offset).apply((x,))[0]
