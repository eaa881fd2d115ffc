"""Learnt factors and shifts that are broadcast over other axes."""

from __future__ import annotations

from typing import Any

from ...functions.math.scale import bias, scale
from ...link import Chain, Link
from ...parameter import Parameter

__all__ = ["Bias", "Scale"]


class Bias(Link):
    """Adds `b`, whose axes are those of x from `axis` on.

    Args:
        axis: the first axis of x that b has.
        shape: of the learnt b; None: b is the second argument of the call.
    """

    def __init__(self, axis: int = 1, shape: Any = None) -> None:
        super().__init__()
        self.axis = axis
        self.b: Any = None
        if shape is not None:
            with self.init_scope():
                self.b = Parameter(0, shape)

    def forward(self, *xs: Any) -> Any:
        """`x + b`; called with x, or with x and b if none is learnt."""
        return bias(*_operands("Bias", xs, self.b), self.axis)


class Scale(Chain):
    """Multiplies by `W`, whose axes are those of x from `axis` on, and adds a bias if asked for.

    Args:
        axis: the first axis of x that W has.
        W_shape: of the learnt W; None: W is the second argument of the call.
        bias_term: whether a learnt `Bias` follows.
        bias_shape: of it; only if there is no W_shape.
    """

    def __init__(
        self, axis: int = 1, W_shape: Any = None, bias_term: bool = False, bias_shape: Any = None
    ) -> None:
        super().__init__()
        self.axis = axis
        self.W: Any = None
        with self.init_scope():
            if W_shape is not None:
                self.W = Parameter(1, W_shape)
            if bias_term:
                if W_shape is None and bias_shape is None:
                    raise ValueError("bias_shape should be given if W_shape is not a learnt parameter's")
                self.bias = Bias(axis, bias_shape if W_shape is None else W_shape)

    def forward(self, *xs: Any) -> Any:
        """`x W`, plus the bias; called with x, or with x and W if none is learnt."""
        y = scale(*_operands("Scale", xs, self.W), self.axis)
        return self.bias(y) if hasattr(self, "bias") else y


def _operands(name: str, xs: tuple[Any, ...], learnt: Any) -> tuple[Any, Any]:
    if learnt is not None:
        if len(xs) != 1:
            raise ValueError(f"{name} has a learnt parameter, so it takes one argument, not {len(xs)}")
        return xs[0], learnt
    if len(xs) != 2:
        raise ValueError(f"{name} has no learnt parameter, so it takes two arguments, not {len(xs)}")
    return xs[0], xs[1]
