"""What the engine says when an op fails: which op, on what, at which line of the script.

The exception keeps its type; the explanation is added to it as a note, and observers get a `Failed` event.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import numpy

from . import backend, events
from .utils.type_check import InvalidType

__all__ = ["as_output", "check_finite", "check_finite_gradients", "explain", "not_arrays", "user_line"]

_ENGINE_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


_WIDENED = (
    "float64 beside float32: NumPy 2 makes float64 of a float32 array times a number of its own, such as\n"
    "numpy.sqrt(2), where NumPy 1 kept float32; say float(number), or .astype(numpy.float32)"
)


def _mixes_widths(arrays: tuple[Any, ...]) -> bool:
    dtypes = {str(array.dtype) for array in arrays if backend.is_array(array)}
    return {"float32", "float64"} <= dtypes


def user_line() -> str:
    """The innermost line outside the engine, such as `train.py:41, in forward`; empty if there is none."""
    frame = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith((_ENGINE_FOLDER, "<frozen")):
            return f"{path}:{frame.f_lineno}, in {frame.f_code.co_name}"
        frame = frame.f_back  # type: ignore[assignment]
    return ""


def describe(value: Any) -> str:
    """dtype and shape of an array, the type of anything else."""
    if backend.is_array(value):
        return f"{value.dtype}{tuple(value.shape)}"
    return "an uninitialized variable" if value is None else type(value).__name__


def explain(error: BaseException, node: Any, arrays: tuple[Any, ...], during: str) -> None:
    """Add op, shapes and the script's line to `error`, and tell the observers.

    Args:
        error: the exception that leaves the op.
        node: the function node.
        arrays: its inputs (forward) or its output gradients (backward).
        during: `forward` or `backward`.
    """
    if getattr(error, "_explained_by_engine", False):
        return
    if isinstance(error, InvalidType):
        error.located_in(node)
    what = "inputs" if during == "forward" else "output gradients"
    note = f"{node.op_name} ({during}): {what} {', '.join(map(describe, arrays)) or 'none'}"
    line = user_line()
    if line:
        note += f"\n  at {line}"
    if isinstance(error, InvalidType) and _mixes_widths(arrays):
        note += f"\n{_WIDENED}"
    error.add_note(note)
    with contextlib.suppress(AttributeError):  # an exception with slots: an outer op explains it once more
        error._explained_by_engine = True  # type: ignore[attr-defined]
    if events.observers:
        events.tell.Failed(node, arrays, error, during)


def not_arrays(node: Any, outputs: Any) -> TypeError:
    """The error for a forward that returned something else than a tuple of arrays."""
    types = tuple(type(y) for y in outputs) if isinstance(outputs, tuple | list) else type(outputs)
    return TypeError(
        f"forward output must be a tuple of ndarrays.\nFunction: {node.label}\nActual output types: {types}"
    )


def as_output(node: Any, data: Any, outputs: tuple[Any, ...]) -> Any:
    """An output that is no plain ndarray, as an array: NumPy gives numbers where a result has no axes.

    Raises:
        TypeError: it is nothing that a variable can hold.
    """
    if isinstance(data, numpy.generic):
        return numpy.asarray(data)
    if data is None or backend.is_array(data):
        return data
    raise not_arrays(node, outputs)


def check_finite(node: Any, ys: tuple[Any, ...]) -> None:
    """In debug mode: raise if an output holds a NaN.

    Raises:
        RuntimeError: names the op.
    """
    for y in ys:
        if y._data is not None and y.dtype.kind == "f" and bool(y.xp.isnan(y.array).any()):
            raise RuntimeError(f"NaN is detected on forward computation of {node.label}")


def check_finite_gradients(node: Any, gxs: list[Any]) -> None:
    """In debug mode: raise if an input gradient holds a NaN.

    Raises:
        RuntimeError: names the op.
    """
    for gx in gxs:
        if gx is not None and gx.dtype.kind == "f" and bool(backend.get_array_module(gx).isnan(gx).any()):
            raise RuntimeError(f"NaN is detected on backward computation of {node.label}")
