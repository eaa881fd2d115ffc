"""concat: arrays one behind the other."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal
from ..op import Example, Op
from .get_item import get_item

__all__ = ["concat"]


class Concat(Op):
    """y is the inputs one behind the other along an axis."""

    op_name = "concat"
    y_roles = ("y",)
    formula = "y = x0, x1, ... one behind the other;  each gx = its part of gy"

    def __init__(self, axis: int = 1) -> None:
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require(len(inputs) > 0, "in_types.size > 0", "0 <= 0")
        first = inputs[0]
        require(
            -first.ndim <= self.axis < first.ndim,
            f"in_types[0].ndim > {self.axis}",
            f"{first.ndim} <= {self.axis}",
        )
        axis = self.axis % first.ndim
        for i, x in enumerate(inputs[1:], 1):
            require_equal("in_types[0].ndim", first.ndim, f"in_types[{i}].ndim", x.ndim)
            require_equal("in_types[0].dtype", first.dtype, f"in_types[{i}].dtype", x.dtype)
            for j, (left, right) in enumerate(zip(first.shape, x.shape, strict=True)):
                if j != axis:
                    require_equal(f"in_types[0].shape[{j}]", left, f"in_types[{i}].shape[{j}]", right)
        return (backend.get_array_module(*inputs).concatenate(inputs, axis),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        axis = self.axis % len(gy.shape)
        gxs = []
        start = 0
        for x in self.inputs:  # type: ignore[union-attr]
            stop = start + x.shape[axis]
            part = (slice(None),) * axis + (slice(start, stop),)
            gxs.append(gy[part] if not hasattr(gy, "creator_node") else get_item(gy, part))
            start = stop
        return tuple(gxs)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x0, x1 = rng.normal(size=(2, 3)), rng.normal(size=(2, 1))
        return [
            Example(lambda *xs: concat(xs), (x0, x1)),
            Example(
                lambda *xs: concat(xs, axis=-2), (x0, rng.normal(size=(1, 3)), x0), "three, along the rows"
            ),
        ]


def concat(xs: Any, axis: int = 1) -> Any:
    """The arrays `xs` one behind the other.

    Args:
        xs: list or tuple of variables or arrays of one dtype, equal in shape but for `axis`.
        axis: along which.

    Raises:
        InvalidType: they don't fit together.
    """
    return Concat(axis).apply(tuple(xs))[0]
