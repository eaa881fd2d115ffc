"""broadcast_to and broadcast: arrays stretched to a larger shape."""

from __future__ import annotations

from typing import Any

import numpy

from ... import backend
from ...utils.type_check import InvalidType, require
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["broadcast", "broadcast_to"]


class BroadcastTo(Op):
    """y is x repeated along axes of length 1 and along new leading axes."""

    op_name = "broadcast_to"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x, repeated;  gx = gy summed over the repetitions"

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def attributes(self) -> dict[str, Any]:
        return {"shape": list(self.shape)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        try:
            return (backend.get_array_module(x).broadcast_to(x, self.shape),)
        except ValueError:
            raise InvalidType(
                f"a shape that can be broadcast to {self.shape}", f"x.shape = {x.shape}"
            ) from None

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (either.sum_to(gys[0], self.inputs[0].shape),)  # type: ignore[index]

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [
            Example(lambda x: broadcast_to(x, (2, 3)), (rng.normal(size=(1, 3)),)),
            Example(lambda x: broadcast_to(x, (4, 2, 3)), (rng.normal(size=(2, 1)),), "new axis"),
        ]


class Broadcast(Op):
    """Each y is an x, repeated to fill the shape that all share."""

    op_name = "broadcast"
    y_roles = ("y",)
    formula = "each y = x, repeated;  gx = gy summed over the repetitions"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        try:
            shape = numpy.broadcast_shapes(*(x.shape for x in inputs))
        except ValueError:
            shapes = " and ".join(str(x.shape) for x in inputs)
            raise InvalidType("shapes that can be broadcast together", shapes) from None
        return tuple(backend.get_array_module(x).broadcast_to(x, shape) for x in inputs)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        assert self.inputs is not None
        return tuple(
            None if gy is None else either.sum_to(gy, node.shape)
            for gy, node in zip(gys, self.inputs, strict=True)
        )

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(broadcast, (rng.normal(size=(2, 1)), rng.normal(size=3), rng.normal(size=(2, 3))))]


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """x repeated to fill `shape`, by NumPy's rules of broadcasting.

    Raises:
        InvalidType: x can't be broadcast to that shape.
    """
    if x.shape == tuple(shape):
        return as_variable(x)
    return BroadcastTo(tuple(shape)).apply((x,))[0]


def broadcast(*args: Any) -> Any:
    """All inputs repeated to fill one shape, by NumPy's rules of broadcasting.

    Returns:
        A tuple of variables; of one input, a variable.

    Raises:
        InvalidType: the shapes can't be broadcast together.
    """
    require(len(args) > 0, "in_types.size > 0", "0 <= 0")
    ys = Broadcast().apply(args) if len(args) > 1 else (as_variable(args[0]),)
    return ys if len(ys) > 1 else ys[0]
