"""where: elements of one or of another array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy

from ... import backend
from ...utils.arguments import force_array
from ...utils.type_check import InvalidType, require, require_equal
from ...variable import Variable, as_array
from .. import either
from ..op import Example, Op

__all__ = ["where"]


class Where(Op):
    """y is a where a condition holds, else b."""

    op_name = "where"
    x_roles = ("condition", "a", "b")
    y_roles = ("y",)
    formula = (
        "y = a where condition, else b;  ga = gy where condition, else 0;"
        "  gb = 0 where condition, else gy, each summed over the axes along which it was stretched"
    )
    retained_x = (0,)
    kept_as = {"condition": None}

    def __init__(self, condition: Any = None) -> None:
        self.condition = condition

    def apply(self, inputs: Sequence[Any]) -> tuple[Variable, ...]:
        """Apply to (condition, a, b); or to (a, b), where the constructor was given the condition."""
        return super().apply(inputs if len(inputs) > 2 else (self.condition, *inputs))

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        condition, a, b = inputs
        if condition is None:
            raise InvalidType("isinstance(condition, ndarray)", "type(condition) == NoneType")
        try:
            numpy.broadcast_shapes(condition.shape, a.shape, b.shape)
        except ValueError:
            raise InvalidType(
                "shapes that can be broadcast together",
                f"condition.shape = {condition.shape}, x.shape = {a.shape}, y.shape = {b.shape}",
            ) from None
        require(condition.dtype.kind == "b", "condition.dtype == bool", f"{condition.dtype} != bool")
        require_equal("x.dtype", a.dtype, "y.dtype", b.dtype)
        self.condition = condition
        return (backend.get_array_module(condition, a, b).where(condition, a, b),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        condition = either.array_of(xs[0])
        _, a, b = self.inputs  # type: ignore[misc]
        return (
            None,
            either.cast(either.sum_to(either.masked(gy, condition), a.shape), a.dtype)
            if 1 in wanted
            else None,
            either.cast(either.sum_to(either.masked(gy, ~condition), b.shape), b.dtype)
            if 2 in wanted
            else None,
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        condition = rng.uniform(size=(2, 3)) > 0.5
        x = rng.normal(size=(2, 3))

        def chosen(a: Any, b: Any) -> Any:
            return where(a.xp.asarray(condition), a, b)

        return [
            Example(chosen, (x, rng.normal(size=(2, 3)))),
            Example(chosen, (x, rng.normal(size=3)), "stretched"),
        ]


def where(condition: Any, x: Any, y: Any) -> Any:
    """x where `condition` holds, else y; shapes are broadcast.

    Args:
        condition: array (or variable) of booleans; or one boolean of NumPy's, as comparisons without axes give.
        x, y: variables, arrays or numbers.

    Raises:
        InvalidType: the condition holds no booleans.
    """
    condition = force_array(as_array(condition))
    xp = backend.get_array_module(condition, x, y)
    dtype = next((value.dtype for value in (x, y) if hasattr(value, "dtype")), None)
    x, y = (
        value if isinstance(value, Variable) or hasattr(value, "shape") else xp.asarray(value, dtype)
        for value in (x, y)
    )
    return Where().apply((condition, x, y))[0]
