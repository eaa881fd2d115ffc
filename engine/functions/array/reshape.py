"""reshape: the same elements in another shape."""

from __future__ import annotations

from typing import Any

from ...utils.arguments import size_of_shape
from ...utils.type_check import require
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["reshape"]


class Reshape(Op):
    """y holds the elements of x in another shape."""

    op_name = "reshape"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x in another shape;  gx = gy in the shape of x"

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        known = size_of_shape(tuple(length for length in self.shape if length != -1))
        if -1 not in self.shape:
            require(x.size == known, f"prod(x.shape) == prod({self.shape})", f"{x.size} != {known}")
        else:
            require(
                known != 0 and x.size % known == 0,
                f"prod(x.shape) is a multiple of {known}, for shape {self.shape}",
                f"prod(x.shape) is {x.size}",
            )
        return (x.reshape(self.shape),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (either.reshape(gys[0], self.inputs[0].shape),)  # type: ignore[index]

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(lambda x: reshape(x, (3, 2)), (rng.normal(size=(2, 3)),)),
            Example(lambda x: reshape(x, (1, -1)), (rng.normal(size=(2, 3)),), "one length left open"),
        ]


def reshape(x: Any, shape: tuple[int, ...]) -> Any:
    """The elements of x, in C order, in another shape.

    Args:
        x: variable or array.
        shape: tuple of int; one of them may be -1 and is then computed.

    Raises:
        InvalidType: the number of elements differs.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    if x.shape == shape:
        return as_variable(x)
    return Reshape(shape).apply((x,))[0]
