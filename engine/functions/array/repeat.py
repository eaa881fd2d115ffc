"""repeat: each element several times; tile: the whole several times."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from .. import either
from ..op import Example, Op
from .get_item import scattered

__all__ = ["repeat", "tile"]


class Repeat(Op):
    """y is x with each element (or slice) repeated."""

    op_name = "repeat"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = each x several times;  gx = sum of the gy of its copies"

    def __init__(self, repeats: Any, axis: int | None = None) -> None:
        self.repeats = _counts(repeats, "repeats")
        if axis is not None and not isinstance(axis, int):
            raise TypeError("axis must be int or None")
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"repeats": list(self.repeats), "axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        if self.axis is not None and not -x.ndim <= self.axis < x.ndim:
            raise numpy.exceptions.AxisError(self.axis, x.ndim)
        length = x.size if self.axis is None else x.shape[self.axis]
        if len(self.repeats) not in (1, length):
            raise ValueError(f"repeat: {len(self.repeats)} repeats for an axis of length {length}")
        self.origin = numpy.repeat(numpy.arange(length), self.repeats)
        flat = x.reshape(-1) if self.axis is None else x
        xp = backend.get_array_module(x)
        return (flat.take(xp.asarray(self.origin), axis=0 if self.axis is None else self.axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        xp = backend.get_array_module(either.array_of(gys[0]))
        origin = xp.asarray(self.origin)
        if self.axis is None:
            size = int(numpy.prod(shape, dtype=int))
            return (either.reshape(scattered(gys[0], (origin,), (size,)), shape),)
        return (scattered(gys[0], (*(slice(None),) * (self.axis % len(shape)), origin), shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(lambda x: repeat(x, 2, 1), (x,)),
            Example(lambda x: repeat(x, (1, 0, 2), -1), (x,), "a number each"),
            Example(lambda x: repeat(x, 2), (x,), "flattened"),
        ]


class Tile(Op):
    """y is x laid out several times along its axes."""

    op_name = "tile"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x several times along the axes;  gx = sum of the gy of the copies"

    def __init__(self, reps: Any) -> None:
        self.reps = _counts(reps, "reps")

    def attributes(self) -> dict[str, Any]:
        return {"reps": list(self.reps)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        return (backend.get_array_module(x).tile(x, self.reps),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        shape = self.inputs[0].shape  # type: ignore[index]
        ndim = max(len(shape), len(self.reps))
        lengths = (1,) * (ndim - len(shape)) + shape
        reps = (1,) * (ndim - len(self.reps)) + self.reps
        pairs = tuple(number for pair in zip(reps, lengths, strict=True) for number in pair)
        gx = either.sum(either.reshape(gys[0], pairs), tuple(range(0, 2 * ndim, 2)))
        return (either.reshape(gx, shape),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(lambda x: tile(x, (2, 1, 3)), (x,), "new axis"),
            Example(lambda x: tile(x, 2), (x,)),
        ]


def _counts(value: Any, name: str) -> tuple[int, ...]:
    counts = (value,) if isinstance(value, int) else value
    if not isinstance(counts, tuple) or not all(isinstance(count, int) for count in counts):
        raise TypeError(f"{name} must be int or tuple of ints, not {value!r}")
    if any(count < 0 for count in counts):
        raise ValueError(f"all elements in {name} must be zero or larger, not {value!r}")
    return counts


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Any:
    """x with each element repeated.

    Args:
        x: variable or array.
        repeats: how often: int, or a tuple with one int for each element of the axis.
        axis: the axis; None repeats the elements of the flattened array.

    Raises:
        AxisError: x has no such axis.
        TypeError: repeats or axis are no ints.
        ValueError: repeats are negative, or too many or too few.
    """
    return Repeat(repeats, axis).apply((x,))[0]


def tile(x: Any, reps: Any) -> Any:
    """x laid out several times along its axes.

    Args:
        x: variable or array.
        reps: how often: int (for the last axis), or a tuple with an int for each of the last axes.

    Raises:
        TypeError: reps are no ints.
        ValueError: reps are negative.
    """
    return Tile(reps).apply((x,))[0]
