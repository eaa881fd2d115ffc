"""Which operands made a value that isn't finite, in words: `x[3, 0] = 0, and the logarithm of 0 is -inf`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .history import History
from .records import Op, Step

__all__ = ["explain_forward", "explain_step", "place_of_bad", "reason_of"]


def place_of_bad(array: np.ndarray | None) -> tuple[int, ...] | None:
    """The index of the first element that isn't finite."""
    if array is None or array.dtype.kind not in "fc" or not array.size:
        return None
    bad = np.argwhere(~np.isfinite(array))
    return tuple(int(i) for i in bad[0]) if len(bad) else None


def explain_forward(history: History, op: Op) -> tuple[str, str]:
    """The first bad element of an op's output with its operands, and the reason, in words."""
    for number, (_, tensor) in enumerate(op.y):
        y = history.values.array(tensor)
        index = place_of_bad(y)
        if y is None or index is None:
            continue
        operands = []
        numbers = []
        for place, (_, source) in enumerate(op.x):
            x = history.values.array(source)
            value = _aligned(x, y.shape, index)
            if value is not None and x is not None:
                operands.append(f"{_role(op, place)}{_subscript(_index_in(x, index))} = {_short(value)}")
                numbers.append(float(value))
            elif x is not None:
                operands.append(_extent(_role(op, place), x))
        result = f"{_role_of_output(op, number)}{_subscript(index)} = {_short(y[index])}"
        return f"{result} from {', '.join(operands)}", reason_of(op, numbers, y)
    return "", ""


def explain_step(history: History, step: Step) -> tuple[str, str]:
    """The first bad element of an input gradient with the input it belongs to, and the reason."""
    op = step.op
    for place, tensor in enumerate(step.gx):
        gx = history.values.array(tensor)
        index = place_of_bad(gx)
        if gx is None or index is None:
            continue
        name = "x" if op is None else _role(op, place)
        told = f"g{name}{_subscript(index)} = {_short(gx[index])}"
        if op is None:
            return told, ""
        x = history.values.array(op.x[place][1])
        numbers = []
        if x is not None and x.shape == gx.shape:
            told += f" where {name}{_subscript(index)} = {_short(x[index])}"
            numbers = [float(x[index].real)]
        return told, _BACKWARD.get(op.label, lambda values: "")(numbers) if numbers else ""
    return "", ""


def reason_of(op: Op, x: list[float], y: np.ndarray) -> str:
    """Why this op gives such a value from these operands; empty where nothing is known."""
    if y.dtype == np.float16 and all(np.isfinite(x)):
        return "float16 holds nothing larger than 65504"
    rule = _FORWARD.get(op.label)
    return rule(x) if rule is not None and x else ""


def _log(x: list[float]) -> str:
    return "the logarithm of 0 is -inf" if x[0] == 0 else "a negative number has no logarithm"


def _div(x: list[float]) -> str:
    if len(x) > 1 and x[1] == 0:
        return "0 / 0 is NaN" if x[0] == 0 else "a division by 0"
    return "a division by 0" if x[-1] == 0 else "the quotient is too large for its dtype"


def _sqrt(x: list[float]) -> str:
    return "a negative number has no square root" if x[0] < 0 else ""


def _power(x: list[float]) -> str:
    if x[0] == 0:
        return "0 to a negative power is inf"
    return "a negative number has no such power" if x[0] < 0 else "the power is too large for its dtype"


def _exp(x: list[float]) -> str:
    return f"exp({_short(x[0])}) is larger than its dtype can hold"


_EMPTIED = "all that it runs over there is -inf, a mask that leaves nothing, so it divides 0 by 0"
_FORWARD: dict[str, Callable[[list[float]], str]] = {
    "log": _log,
    "log2": _log,
    "log10": _log,
    "log1p": lambda x: "the logarithm of 0 is -inf" if x[0] == -1 else "a negative number has no logarithm",
    "div": _div,
    "rdiv": _div,
    "sqrt": _sqrt,
    "rsqrt": lambda x: "1 / sqrt(0) is inf" if x[0] == 0 else "a negative number has no square root",
    "exp": _exp,
    "expm1": _exp,
    "power": _power,
    "square": lambda x: "the square is too large for its dtype",
    "softmax": lambda x: _EMPTIED if x[0] == -np.inf else "",
    "log_softmax": lambda x: _EMPTIED if x[0] == -np.inf else "",
    "mul": lambda x: "the product is too large for its dtype",
}

_BACKWARD: dict[str, Callable[[list[float]], str]] = {
    "sqrt": lambda x: "the slope of the square root at 0 is infinite" if x[0] == 0 else "",
    "power": lambda x: "the slope at 0 is infinite" if x[0] == 0 else "",
    "log": lambda x: "the slope of the logarithm at 0 is infinite" if x[0] == 0 else "",
    "div": lambda x: "a division by 0" if x[0] == 0 else "",
    "rsqrt": lambda x: "the slope at 0 is infinite" if x[0] == 0 else "",
    "arccos": lambda x: "the slope at the ends of [-1, 1] is infinite",
    "arcsin": lambda x: "the slope at the ends of [-1, 1] is infinite",
    "absolute": lambda x: "",
}


def _aligned(x: np.ndarray | None, shape: tuple[int, ...], index: tuple[int, ...]) -> np.generic | None:
    """The element of an operand that stands at an index of the result; None where shapes don't line up."""
    if x is None or x.ndim > len(shape):
        return None
    if any(size not in (1, whole) for size, whole in zip(x.shape[::-1], shape[::-1], strict=False)):
        return None
    value: np.generic = x[_index_in(x, index)]
    return value


def _index_in(x: np.ndarray, index: tuple[int, ...]) -> tuple[int, ...]:
    own = index[len(index) - x.ndim :]
    return tuple(0 if size == 1 else i for size, i in zip(x.shape, own, strict=True))


def _role(op: Op, place: int) -> str:
    return op.x_roles[place] if place < len(op.x_roles) else f"x{place}" if len(op.x) > 1 else "x"


def _role_of_output(op: Op, place: int) -> str:
    return "y" if len(op.y) == 1 else f"y{place}"


def _extent(name: str, x: np.ndarray) -> str:
    if not x.size or x.dtype.kind not in "fiub":
        return name
    return f"{name} in [{_short(x.min())}, {_short(x.max())}]"


def _subscript(index: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, index))}]" if index else ""


def _short(value: object) -> str:
    return f"{float(value):.4g}"  # type: ignore[arg-type]
