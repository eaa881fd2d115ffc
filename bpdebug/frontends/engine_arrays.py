"""What an observer of the engine can tell of arrays: who else has them, and what they cost."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

__all__ = ["held_elsewhere", "kept_by_rule", "kept_bytes", "rows_behind", "shares"]


def shares(gx: Sequence[Any], *kept: dict[int, Any]) -> bool:
    """Whether a gradient is the very array that an input or an output is."""
    for arrays in kept:
        for array in arrays.values():
            for gradient in gx:
                if gradient is array is not None:
                    return True
    return False


def _references_of_one() -> int:
    """What counting references says of an object that one attribute of one other object refers to."""
    holder = SimpleNamespace(held=object())
    return sys.getrefcount(holder.held)


_ONE = _references_of_one()


def held_elsewhere(parameter: Any) -> bool:
    """Whether anything besides the parameter and its node refers to its array: a view, or a name of the script's."""
    expected = _ONE + (parameter._node.kept is parameter._data)
    return sys.getrefcount(parameter._data) > expected


def kept_bytes(node: Any, x: Sequence[Any], y: Sequence[Any]) -> int:
    """Bytes of the arrays that a node of the graph keeps for its backward rule; one that it has twice counts once."""
    arrays = [x[i] for i in node.retained_x] + [y[i] for i in node.retained_y]
    return sum({id(array): array.nbytes for array in arrays if array is not None}.values())


def kept_by_rule(function: Any) -> tuple[dict[int, Any], dict[int, Any]]:
    """The inputs and the outputs that the backward rule of a node computes with, by their place."""
    inputs, outputs = function.inputs, function.outputs
    # The script may count places from behind.
    kept_x = {place % len(inputs): inputs[place].kept for place in function.retained_x}
    kept_y = {}
    if function._kept_y:
        for place, array in zip(function.retained_y, function._kept_y, strict=True):
            kept_y[place % len(outputs)] = array
    return kept_x, kept_y


def rows_behind(array: np.ndarray) -> int:
    """The length of the array that `array` is a slice of along its first axis; 0 if it isn't one."""
    base = array.base
    if (
        isinstance(base, np.ndarray)
        and array.ndim > 0
        and base.ndim == array.ndim
        and base.shape[1:] == array.shape[1:]
        and len(base) > len(array)
    ):
        return len(base)
    return 0
