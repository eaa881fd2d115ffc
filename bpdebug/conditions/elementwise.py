"""Arithmetic on whole tensors, element by element: what stands inside `max(abs(W.delta))`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import syntax as s
from .words import FUNCTIONS

__all__ = ["ARITHMETIC", "COMPARISONS", "MAPPED", "difference", "has_tensor", "tensors_in", "value_of"]

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "%": np.mod,
    "**": np.power,
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
MAPPED: dict[str, Callable[[Any], Any]] = {"abs": np.abs, "sqrt": np.sqrt, "exp": np.exp, "log": np.log}


def has_tensor(node: s.Node) -> bool:
    """Whether the node is a whole tensor, rather than one number."""
    return bool(tensors_in(node))


def tensors_in(node: s.Node) -> list[s.Tensor]:
    """The tensors whose elements the node works on; not those that a function inside makes one number of."""
    if isinstance(node, s.Tensor):
        return [node]
    if isinstance(node, s.Call):
        return [] if FUNCTIONS[node.function].reduces else tensors_in(node.argument)
    if isinstance(node, s.Unary):
        return tensors_in(node.operand)
    if isinstance(node, s.Binary):
        return tensors_in(node.left) + tensors_in(node.right)
    return []


def difference(array: np.ndarray, other: np.ndarray) -> np.ndarray:
    """`array` - `other`, in float64. ValueError if they have other shapes."""
    if other.shape != array.shape:
        raise ValueError(f"{array.shape} and {other.shape} have no difference")
    if array.dtype.kind == "c":
        return np.subtract(array, other)
    return np.subtract(array, other, dtype=np.float64, casting="unsafe")


def value_of(node: s.Node, tensor: Callable[[s.Tensor], np.ndarray], number: Callable[[s.Node], Any]) -> Any:
    """The array that the node stands for; floats are worked on in float64.

    Args:
        tensor: gives the array of a tensor.
        number: gives the value of what is no tensor.

    Raises:
        ValueError: shapes don't fit each other.
    """
    if not has_tensor(node):
        return number(node)
    if isinstance(node, s.Tensor):
        array = tensor(node)
        return array.astype(np.float64) if array.dtype.kind in "fiub" else array
    if isinstance(node, s.Call):
        return MAPPED[node.function](value_of(node.argument, tensor, number))
    if isinstance(node, s.Unary):
        operand = value_of(node.operand, tensor, number)
        return np.logical_not(operand) if node.operator == "not" else np.negative(operand)
    assert isinstance(node, s.Binary)
    left, right = (value_of(side, tensor, number) for side in (node.left, node.right))
    if node.operator in ("and", "or"):
        return (np.logical_and if node.operator == "and" else np.logical_or)(left, right)
    return (ARITHMETIC.get(node.operator) or COMPARISONS[node.operator])(left, right)
