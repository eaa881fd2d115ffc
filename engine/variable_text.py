"""A variable as text: how Python prints it, and what `debug_print` tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy

from . import backend

if TYPE_CHECKING:
    from .variable import Variable

__all__ = ["facts_of", "variable_repr", "variable_str"]


def variable_repr(var: Variable) -> str:
    """What `repr()` gives of a variable: `variable W([1., 2.])`."""
    return _text(var, ", ")


def variable_str(var: Variable) -> str:
    """What `str()` gives of a variable: `variable W([1. 2.])`."""
    return _text(var, " ")


def _text(variable: Variable, separator: str) -> str:
    """Name and elements, as NumPy writes them, without the dtype."""
    head = f"variable {variable.name}(" if variable.name else "variable("
    if variable._data is None:
        return f"{head}None)"
    array = backend.to_host(variable._data)
    elements = numpy.array2string(array, separator=separator, prefix=head)
    if separator == ", " and array.size == 0 and array.shape != (0,):
        elements += f", shape={array.shape}"
    return f"{head}{elements})"


def facts_of(variable: Variable) -> str:
    """Summary, device, shape, dtype and statistics of array and gradient, one a line."""
    data, grad = variable._data, variable._grad
    facts: dict[str, Any] = dict.fromkeys(("device", "backend", "shape", "dtype", "statistics"))
    if data is not None:
        device = "CPU" if isinstance(data, numpy.ndarray) else variable.device
        facts = {"device": device, "backend": type(data), "shape": data.shape, "dtype": data.dtype}
        facts["statistics"] = _spread(data)
    facts["grad"] = None if grad is None else _spread(grad)
    return "\n".join([variable.summary(), *(f"- {name}: {fact}" for name, fact in facts.items())])


def _spread(array: Any) -> str:
    mean, std = (float(array.mean()), float(array.std())) if array.size else (numpy.nan, numpy.nan)
    return f"mean={mean:.8f}, std={std:.8f}"
