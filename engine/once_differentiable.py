"""Gradients that have values, but no derivatives of their own."""

from __future__ import annotations

from typing import Any

from .function_node import FunctionNode

__all__ = ["OnceDifferentiable"]


class OnceDifferentiable(FunctionNode):
    """Stands behind the gradients of an op without second derivatives, so that asking for them raises.

    Without it, a walk through these gradients would quietly leave out a part.

    Args:
        name: of the op.
        gradients: arrays, the outputs.
        advice: what to do, for the person who asked.
    """

    def __init__(self, name: str, gradients: tuple[Any, ...], advice: str) -> None:
        self.gradients = gradients
        self.op_name = f"{name}_gradient"
        self._message = f"cannot twice-differentiate {name}: {advice}"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return self.gradients

    def backward(self, target_input_indexes: Any, grad_outputs: Any) -> Any:
        raise RuntimeError(self._message)
