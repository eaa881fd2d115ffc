"""cumsum and cumprod: sums and products of all elements so far."""

from __future__ import annotations

from typing import Any

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
        xp = backend.get_array_module(either.array_of(x))
        ndim = len(x.shape)
        axis %= ndim
        order = (*(i for i in range(ndim) if i != axis), axis)
        back = tuple(order.index(i) for i in range(ndim))
        rows, gys_in_rows = either.transpose(x, order), either.transpose(gy, order)
        length = rows.shape[-1]
        front = rows.shape[:-1]
        square = (*front, length, length)  # row i: the elements with a 1 instead of element i
        itself = xp.broadcast_to(xp.eye(length, dtype=bool), square)
        repeated = either.broadcast_to(either.reshape(rows, (*front, 1, length)), square)
        without = either.where(itself, xp.ones(square, x.dtype), repeated)
        product = cumprod(without, -1) if isinstance(without, Variable) else without.cumprod(-1)
        from_here_on = xp.broadcast_to(xp.triu(xp.ones((length, length), x.dtype)), square)
        weighted = either.broadcast_to(either.reshape(gys_in_rows, (*front, 1, length)), square) * product
        gx = either.transpose(either.sum(weighted * from_here_on, -1), back)
        return (either.reshape(gx, self.shape) if self.axis is None else gx,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        zero = x.copy()
        zero[0, 1] = 0
        return [
            Example(lambda x: cumprod(x, axis=0), (x,)),
            Example(lambda x: cumprod(x, axis=-1), (zero,), "with a zero"),
            Example(cumprod, (x,), "flattened"),
        ]


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
