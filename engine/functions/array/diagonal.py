"""diagonal: the elements where two indexes agree; scatter_add: values added at an index."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .get_item import scattered

__all__ = ["diagonal", "scatter_add"]


class Diagonal(Op):
    """y holds the diagonals of x over two axes, as its last axis."""

    op_name = "diagonal"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y[..., i] = x[..., i, i + offset];  gx = zeros with gy there"

    def __init__(self, offset: int, axis1: int, axis2: int) -> None:
        self.offset = offset
        self.axis1 = axis1
        self.axis2 = axis2

    def attributes(self) -> dict[str, Any]:
        return {"offset": self.offset, "axis1": self.axis1, "axis2": self.axis2}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require(x.ndim > 1, "x.ndim > 1", f"{x.ndim} <= 1")
        for axis in (self.axis1, self.axis2):
            require(-x.ndim <= axis < x.ndim, f"x.ndim > {axis}", f"{x.ndim} <= {axis}")
        return (x.diagonal(self.offset, self.axis1, self.axis2),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        ndim = len(shape)
        first, second = self.axis1 % ndim, self.axis2 % ndim
        order = (*(i for i in range(ndim) if i not in (first, second)), first, second)
        count = gys[0].shape[-1]
        rows = numpy.arange(count) + max(-self.offset, 0)
        columns = numpy.arange(count) + max(self.offset, 0)
        xp = backend.get_array_module(either.array_of(gys[0]))
        index = (Ellipsis, xp.asarray(rows), xp.asarray(columns))
        gx = scattered(gys[0], index, tuple(shape[i] for i in order))
        return (either.transpose(gx, tuple(order.index(i) for i in range(ndim))),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(3, 2, 3))
        return [
            Example(lambda x: diagonal(x, 1, 0, 2), (x,)),
            Example(lambda x: diagonal(x, -1, -1, 0), (x,), "below"),
        ]


class ScatterAdd(Op):
    """y = a, with b added where an index says."""

    op_name = "scatter_add"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a with b added at [index];  ga = gy;  gb = gy[index]"

    kept_as = {"slices": "index"}

    def __init__(self, slices: Any) -> None:
        self.index = slices if isinstance(slices, tuple) else (slices,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        y = a.copy()
        xp = backend.get_array_module(a, b)
        if all(i is None or i is Ellipsis or isinstance(i, slice | int | numpy.integer) for i in self.index):
            y[self.index] += b
        else:
            xp.add.at(y, self.index, b)
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        assert self.inputs is not None
        b = self.inputs[1]
        return gy, either.cast(either.sum_to(gy[self.index], b.shape), b.dtype) if 1 in wanted else None

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a = rng.normal(size=(3, 2))
        return [
            Example(lambda a, b: scatter_add(a, slice(1, 3), b), (a, rng.normal(size=(2, 2)))),
            Example(lambda a, b: scatter_add(a, ([0, 0],), b), (a, rng.normal(size=(2, 2))), "twice"),
        ]


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonals of x over two axes, as the last axis of the result.

    Args:
        x: variable or array of two axes or more.
        offset: how far right of (or, negative, below) the main diagonal.
        axis1, axis2: the axes of rows and columns.

    Raises:
        InvalidType: x has fewer than two axes.
        ValueError: both axes are the same.
    """
    return Diagonal(offset, axis1, axis2).apply((x,))[0]


def scatter_add(a: Any, slices: Any, b: Any) -> Any:
    """A copy of a with b added at [slices]; where the index names an element twice, both are added.

    Args:
        a, b: variables or arrays of one dtype.
        slices: whatever `get_item` takes.

    Raises:
        IndexError: the index is out of bounds.
    """
    index = slices if isinstance(slices, tuple) else (slices,)
    index = tuple(part.array if isinstance(part, Variable) else part for part in index)
    return ScatterAdd(index).apply((a, b))[0]
