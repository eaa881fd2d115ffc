"""get_item: a part of x, and its reverse, which puts a part into zeros."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...variable import Variable
from ..op import Example, Op
from .adding_rows import add_rows_at

__all__ = ["get_item", "scattered"]


class GetItem(Op):
    """y is the part of x that an index picks."""

    op_name = "get_item"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x[index];  gx = zeros with gy added at [index]"

    kept_as = {"slices": "index"}

    def __init__(self, slices: Any) -> None:
        self.index = slices if isinstance(slices, tuple) else (slices,)

    def attributes(self) -> dict[str, Any]:
        return {"index": _index_text(self.index)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0][self.index],)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        x = self.inputs[0]  # type: ignore[index]
        return (scattered(gys[0], self.index, x.shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(3, 4))
        return [
            Example(lambda x: get_item(x, (slice(None), slice(1, 3))), (x,), "slices"),
            Example(lambda x: get_item(x, (1, 2)), (x,), "one element"),
            Example(lambda x: get_item(x, ([0, 0, 2],)), (x,), "rows by number, one of them twice"),
            Example(lambda x: get_item(x, (Ellipsis, None, 1)), (x,), "ellipsis and new axis"),
        ]


class PutInZeros(Op):
    """y is zeros, with x added where an index says: the gradient of `get_item`."""

    op_name = "put_in_zeros"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = zeros with x added at [index];  gx = gy[index]"

    def __init__(self, index: tuple[Any, ...], shape: tuple[int, ...]) -> None:
        self.index = index
        self.shape = shape

    @property
    def label(self) -> str:
        return "GetItemGrad"

    def attributes(self) -> dict[str, Any]:
        return {"index": _index_text(self.index), "shape": list(self.shape)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (put_in_zeros(inputs[0], self.index, self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        return (get_item(gy, self.index) if isinstance(gy, Variable) else gy[self.index],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(lambda x: PutInZeros((slice(1, 3),), (4, 2)).apply((x,))[0], (rng.normal(size=(2, 2)),)),
            Example(lambda x: PutInZeros(([0, 0],), (3,)).apply((x,))[0], (rng.normal(size=2),), "twice"),
        ]


def put_in_zeros(part: Any, index: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """An array of zeros with `part` added at `index`; elements that the index names twice add up."""
    xp = backend.get_array_module(part)
    whole = xp.zeros(shape, part.dtype)
    if all(i is None or i is Ellipsis or isinstance(i, slice | int | numpy.integer) for i in index):
        whole[index] = part
    elif len(index) == 1 and _are_numbers(index[0]) and part.ndim > 1 and whole.size:
        add_rows_at(whole.reshape(len(whole), -1), index[0], part.reshape(len(part), -1))
    else:
        xp.add.at(whole, index, part)
    return whole


def _are_numbers(index: Any) -> bool:
    """Whether an index is an array of row numbers."""
    return getattr(index, "ndim", 0) == 1 and index.dtype.kind in "iu" and len(index) > 0


def scattered(gy: Any, index: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """`put_in_zeros` of an array, its op of a variable: for backward rules of ops that pick elements."""
    if isinstance(gy, Variable):
        return PutInZeros(index, shape).apply((gy,))[0]
    return put_in_zeros(gy, index, shape)


def _index_text(index: tuple[Any, ...]) -> str:
    return ", ".join(map(_part_text, index))


def _part_text(part: Any) -> str:
    if isinstance(part, slice):
        start, stop = ("" if end is None else str(end) for end in (part.start, part.stop))
        return f"{start}:{stop}" + ("" if part.step is None else f":{part.step}")
    if part is Ellipsis:
        return "..."
    if hasattr(part, "shape"):
        return f"array{tuple(part.shape)}"
    return str(part)


def get_item(x: Any, slices: Any) -> Any:
    """x[slices], as NumPy indexes: numbers, slices, `...`, None, lists or arrays of numbers or booleans.

    Raises:
        IndexError: the index is out of bounds or has too many parts.
        IndexError: more than one `...`.
    """
    index = slices if isinstance(slices, tuple) else (slices,)
    if sum(part is Ellipsis for part in index) > 1:
        raise IndexError("an index can hold only one '...'")
    index = tuple(part.array if isinstance(part, Variable) else part for part in index)
    return GetItem(index).apply((x,))[0]
