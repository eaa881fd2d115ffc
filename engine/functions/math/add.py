"""add: a + b, with broadcasting; and x + c."""

from __future__ import annotations

from typing import Any

from ...variable import as_variable
from .. import either
from ..op import Example, Op
from .operands import as_constant, broadcast_error, dtypes_differ, fitted, is_constant, label_of, operands

__all__ = ["add"]


class Add(Op):
    """y = a + b."""

    op_name = "add"
    x_roles = ("a", "b")
    y_roles = ("y",)
    formula = "y = a + b;  ga = gy;  gb = gy, each summed over the axes along which it was stretched"

    @property
    def label(self) -> str:
        return "_ + _"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        if a.dtype != b.dtype:
            dtypes_differ(a, b)
        try:
            return (a + b,)
        except ValueError:
            raise broadcast_error(a, b) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        a, b = self.inputs  # type: ignore[misc]
        return (
            either.cast(either.sum_to(gy, a.shape), a.dtype) if 0 in wanted else None,
            either.cast(either.sum_to(gy, b.shape), b.dtype) if 1 in wanted else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3))
        return [
            Example(add, (x, rng.normal(size=(2, 3)))),
            Example(add, (x, rng.normal(size=(1, 3))), "stretched rows"),
            Example(add, (rng.normal(size=3), x), "stretched left"),
        ]


class AddConstant(Op):
    """y = x + c, for a number c."""

    op_name = "add"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x + c;  gx = gy"

    def __init__(self, value: Any) -> None:
        self.value = value

    @property
    def label(self) -> str:
        return f"_ + {label_of(self.value)}"

    def attributes(self) -> dict[str, Any]:
        return {"c": self.value}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        return (x + fitted(self.value, x),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0],)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: add(x, 2.5), (rng.normal(size=(2, 3)),))]


class MultiAdd(Op):
    """y = the sum of several arrays of one shape."""

    op_name = "add"
    y_roles = ("y",)
    formula = "y = x0 + x1 + ...;  each gx = gy"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        for x in inputs[1:]:
            if x.dtype != inputs[0].dtype:
                dtypes_differ(inputs[0], x)
        y = inputs[0] + inputs[1]
        for x in inputs[2:]:
            y = y + x
        return (y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        return tuple(
            either.cast(either.sum_to(gy, x.shape), x.dtype) if i in wanted else None
            for i, x in enumerate(self.inputs)  # type: ignore[arg-type]
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(add, tuple(rng.normal(size=(2, 3)) for _ in range(3)))]


def add(*xs: Any) -> Any:
    """The sum of variables, arrays or (with two) numbers; shapes are broadcast. One variable is given as it is.

    Returns:
        Variable; for a number its dtype is that of the other side.

    Raises:
        InvalidType: the shapes can't be broadcast together.
    """
    if len(xs) == 1:
        return as_variable(xs[0])
    if len(xs) != 2:
        return MultiAdd().apply(xs)[0]
    lhs, rhs = xs
    if is_constant(rhs):
        return AddConstant(as_constant(rhs)).apply((lhs,))[0]
    if is_constant(lhs):
        return AddConstant(as_constant(lhs)).apply((rhs,))[0]
    return Add().apply(operands(lhs, rhs))[0]
