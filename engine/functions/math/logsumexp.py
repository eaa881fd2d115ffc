"""logsumexp: the logarithm of the sum of e^x, without overflow."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.arguments import normalize_axes
from ...utils.type_check import require_float
from .. import either
from ..op import Example, Op
from .sum import checked_axis, require_axes, restored

__all__ = ["logsumexp"]


class LogSumExp(Op):
    """y = log of the sum of e^x over some axes."""

    op_name = "logsumexp"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = log of the sum of e^x over the axes;  gx = gy * e^(x - y)"
    retained_x = (0,)
    retained_y = (0,)

    def __init__(self, axis: int | tuple[int, ...] | None = None) -> None:
        self.axis = axis

    def attributes(self) -> dict[str, Any]:
        return {"axis": list(self.axis) if isinstance(self.axis, tuple) else self.axis}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require_axes(x, self.axis)
        xp = backend.get_array_module(x)
        top = x.max(self.axis, keepdims=True)
        axes = normalize_axes(self.axis, x.ndim)
        shape = tuple(length for i, length in enumerate(x.shape) if i not in axes)
        return ((top + xp.log(xp.exp(x - top).sum(self.axis, keepdims=True))).reshape(shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (y,), (gy,) = xs, ys, gys
        share = either.exp(x - restored(y, x.shape, self.axis, False))
        return (restored(gy, x.shape, self.axis, False) * share,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 2))
        return [
            Example(logsumexp, (x,)),
            Example(lambda x: logsumexp(x, axis=(0, -1)), (x,), "two axes"),
        ]


def logsumexp(x: Any, axis: int | tuple[int, ...] | None = None) -> Any:
    """The logarithm of the sum of e^x over `axis` (int, tuple of int, or None for all).

    Raises:
        InvalidType: x has no such axis, or holds no floats.
        ValueError: an axis is named twice.
        TypeError: axis is none of these.
    """
    return LogSumExp(checked_axis(axis)).apply((x,))[0]
