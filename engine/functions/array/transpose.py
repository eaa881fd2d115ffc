"""transpose: the axes in another order."""

from __future__ import annotations

from typing import Any

from .. import either
from ..op import Example, Op

__all__ = ["transpose"]


class Transpose(Op):
    """y is x with its axes in another order."""

    op_name = "transpose"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x with its axes permuted;  gx = gy with its axes permuted back"

    def __init__(self, axes: tuple[int, ...] | None = None) -> None:
        self.axes = axes

    def attributes(self) -> dict[str, Any]:
        return {"axes": None if self.axes is None else list(self.axes)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0].transpose(self.axes),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        if self.axes is None:
            return (either.transpose(gys[0]),)
        ndim = len(self.axes)
        back = [0] * ndim
        for place, axis in enumerate(self.axes):
            back[axis % ndim] = place
        return (either.transpose(gys[0], tuple(back)),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        x = rng.normal(size=(2, 3, 4))
        return [
            Example(transpose, (x,)),
            Example(lambda x: transpose(x, (1, -1, 0)), (x,), "axes given"),
        ]


def transpose(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    """x with its axes permuted, all reversed by default.

    Args:
        x: variable or array.
        axes: for each axis of the result the axis of x that it is.

    Raises:
        ValueError: axes is no permutation.
    """
    return Transpose(None if axes is None else tuple(axes)).apply((x,))[0]
