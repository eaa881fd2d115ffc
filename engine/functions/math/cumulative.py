"""cumsum and cumprod: sums and products of all elements so far."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .sum import require_axes

__all__ = ["cumprod", "cumsum"]


class Cumsum(Op):
    """y is at each place the sum of x up to there."""

    op_name = "cumsum"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = sum of x so far;  gx = sum of gy from here on"

    def __init__(self, axis: int | None = None, reverse: bool = False) -> None:
        self.axis = axis
        self.reverse = reverse

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis, "reverse": self.reverse}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        self.shape = x.shape
        return (_running_sum(*_flat_if_no_axis(x, self.axis), self.reverse),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        axis = 0 if self.axis is None else self.axis
        if isinstance(gy, Variable):
            (gx,) = Cumsum(axis, not self.reverse).apply((gy,))
        else:
            gx = _running_sum(gy, axis, not self.reverse)
        return (either.reshape(gx, self.shape) if self.axis is None else gx,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(lambda x: cumsum(x, axis=1), (x,)),
            Example(cumsum, (x,), "flattened"),
        ]


def _running_sum(x: Any, axis: int, reverse: bool) -> Any:
    if not reverse:
        return x.cumsum(axis)
    xp = backend.get_array_module(x)
    return xp.flip(xp.flip(x, axis).cumsum(axis), axis)


class Cumprod(Op):
    """y is at each place the product of x up to there."""

    op_name = "cumprod"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = product of x so far;  gx = sum from here on of gy * product so far without this x"
    retained_x = (0,)

    def __init__(self, axis: int | None) -> None:
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        self.shape = x.shape
        x, axis = _flat_if_no_axis(x, self.axis)
        return (x.cumprod(axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (gy,) = xs, gys
        x, axis = _flat_if_no_axis(x, self.axis)
        values = either.array_of(x)
        zeros = values == 0
        # Where x isn't 0: what follows, without this x. A zero is set to 1 instead; each takes a product of its own.
        total = _sum_from_here(gy * _running_product(x, axis), axis)
        gx = either.where(zeros, 0.0, total / either.where(zeros, 1.0, x))
        ranks = zeros.cumsum(axis)
        # A second zero has the gradient 0, which depends on the first one; a third one's doesn't on any.
        for rank in (1, 2) if isinstance(x, Variable) else (1,):
            place = zeros & (ranks == rank)
            if isinstance(values, numpy.ndarray) and not place.any():
                break
            product = _running_product(either.where(place, 1.0, x), axis)
            gx = gx + either.masked(_sum_from_here(gy * product, axis), place)
        return (either.reshape(gx, self.shape) if self.axis is None else gx,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        zero, zeros = x.copy(), x.copy()
        zero[0, 1] = zeros[0, 1] = zeros[0, 0] = 0
        return [
            Example(lambda x: cumprod(x, axis=0), (x,)),
            Example(lambda x: cumprod(x, axis=-1), (zero,), "with a zero"),
            Example(lambda x: cumprod(x, axis=-1), (zeros,), "with two zeros"),
            Example(cumprod, (x,), "flattened"),
        ]


def _running_product(x: Any, axis: int) -> Any:
    return cumprod(x, axis) if isinstance(x, Variable) else x.cumprod(axis)


def _sum_from_here(x: Any, axis: int) -> Any:
    if isinstance(x, Variable):
        return Cumsum(axis, True).apply((x,))[0]
    return _running_sum(x, axis, True)


def _flat_if_no_axis(x: Any, axis: int | None) -> tuple[Any, int]:
    return (either.reshape(x, (-1,)), 0) if axis is None else (x, axis)


def _checked(axis: int | None) -> int | None:
    if axis is not None and not isinstance(axis, int):
        raise TypeError(f"axis must be int or None, not {type(axis).__name__}")
    return axis


def cumsum(x: Any, axis: int | None = None) -> Any:
    """The sum of all elements so far along `axis` (of the flattened array for None).

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is no int.
    """
    return Cumsum(_checked(axis)).apply((x,))[0]


def cumprod(x: Any, axis: int | None = None) -> Any:
    """The product of all elements so far along `axis` (of the flattened array for None).

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        TypeError: axis is no int.
    """
    return Cumprod(_checked(axis)).apply((x,))[0]
