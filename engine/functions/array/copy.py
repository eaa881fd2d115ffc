"""copy and identity: the same elements, possibly elsewhere."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...variable import Variable, as_variable
from ..op import Example, Op

__all__ = ["copy", "identity"]


class Copy(Op):
    """y is a copy of x on another device."""

    op_name = "copy"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x on another device;  gx = gy brought back"

    kept_as = {"in_device": "source", "out_device": "target"}

    def __init__(self, in_device: Any, out_device: Any) -> None:
        self.source = in_device
        self.target = out_device

    def attributes(self) -> dict[str, Any]:
        return {"from": str(self.source), "to": str(self.target)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        y = self.target.send(inputs[0])
        return (y.copy() if y is inputs[0] else y,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (gy,) = gys
        if isinstance(gy, Variable):
            return Copy(self.target, self.source).apply((gy,))
        return (self.source.send(gy),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: copy(x, x.device), (rng.normal(size=(2, 3)),))]


class Identity(Op):
    """y is x."""

    op_name = "identity"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x;  gx = gy"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return inputs

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return gys

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(identity, (rng.normal(size=(2, 3)),))]


def copy(x: Any, dst: Any) -> Any:
    """x on the device `dst` (a device, its name, or the number of a GPU, negative for the CPU); the gradient
    comes back to where x is.

    Raises:
        RuntimeError: a GPU was asked for and there is none.
    """
    x = as_variable(x)
    return Copy(backend.get_device_from_array(x.array), backend.get_device(dst)).apply((x,))[0]


def identity(*inputs: Any) -> Any:
    """The inputs themselves, as outputs of an op."""
    ys = Identity().apply(inputs)
    return ys[0] if len(ys) == 1 else ys
