"""The ops that variables have as operators and methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..variable import Variable
from .array.get_item import get_item
from .array.reshape import reshape
from .array.transpose import transpose
from .math.add import add
from .math.average import mean
from .math.div import div, floordiv, rdiv, rfloordiv
from .math.matmul import matmul
from .math.mul import mul
from .math.operands import operands
from .math.power import power, rpower
from .math.sign import absolute, negative
from .math.sub import rsub, sub

__all__ = ["install"]


def _itself(self: Variable) -> Variable:
    return self


def _matmul(self: Variable, rhs: Any) -> Variable:
    return matmul(*operands(self, rhs))


def _rmatmul(self: Variable, lhs: Any) -> Variable:
    return matmul(*operands(lhs, self))


def _reshape(self: Variable, *shape: Any) -> Variable:
    """See `functions.reshape`; the shape may be one tuple or several numbers."""
    return reshape(self, shape[0] if len(shape) == 1 and not isinstance(shape[0], int) else shape)


def _transpose(self: Variable, *axes: Any) -> Variable:
    """See `functions.transpose`; the axes may be one tuple, several numbers, or none."""
    if not axes or axes == (None,):
        return transpose(self)
    return transpose(self, axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes)


def _mean(self: Variable, axis: Any = None, *, weights: Any = None, keepdims: bool = False) -> Variable:
    """See `functions.average`."""
    return mean(self, axis, weights, keepdims)


def install() -> None:
    """Put operators and methods on `Variable`."""
    operators: dict[str, Callable[..., Any]] = {
        "pos": _itself,
        "neg": negative,
        "abs": absolute,
        "add": add,
        "radd": add,
        "sub": sub,
        "rsub": rsub,
        "mul": mul,
        "rmul": mul,
        "truediv": div,
        "rtruediv": rdiv,
        "floordiv": floordiv,
        "rfloordiv": rfloordiv,
        "pow": power,
        "rpow": rpower,
        "matmul": _matmul,
        "rmatmul": _rmatmul,
        "getitem": get_item,
    }
    for name, function in operators.items():
        setattr(Variable, f"__{name}__", function)
    Variable.reshape = _reshape  # type: ignore[attr-defined]
    Variable.transpose = _transpose  # type: ignore[attr-defined]
    Variable.mean = _mean  # type: ignore[attr-defined]
    Variable.T = property(transpose)  # type: ignore[attr-defined]
