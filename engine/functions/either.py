"""The functions that backward rules use, on arrays and on variables alike.

On variables each is the op of that name, which records itself; on arrays it is the array module's own function.
Arithmetic needs nothing of the kind: the operators work in both worlds.
"""

from __future__ import annotations

from typing import Any

from .. import backend
from ..utils.arguments import force_array
from ..variable import Variable

__all__ = [
    "array_of",
    "broadcast_to",
    "cast",
    "elementwise",
    "exp",
    "log",
    "masked",
    "matmul",
    "reshape",
    "sigmoid",
    "sqrt",
    "sum",
    "sum_to",
    "transpose",
    "where",
]


def array_of(value: Any) -> Any:
    """The array of a variable; an array as it is. For masks and shapes: what has no gradient."""
    return value._data if isinstance(value, Variable) else value


def elementwise(name: str, x: Any) -> Any:
    """The elementwise function of that name: the op on a variable, the array module's own on an array."""
    if isinstance(x, Variable):
        from .. import functions

        return getattr(functions, name)(x)
    return getattr(backend.get_array_module(x), name)(x)


def exp(x: Any) -> Any:
    if isinstance(x, Variable):
        from .math.exponential import exp as op

        return op(x)
    return backend.get_array_module(x).exp(x)


def log(x: Any) -> Any:
    if isinstance(x, Variable):
        from .math.exponential import log as op

        return op(x)
    return backend.get_array_module(x).log(x)


def sigmoid(x: Any) -> Any:
    if isinstance(x, Variable):
        from .activation.sigmoid import sigmoid as op

        return op(x)
    return backend.get_array_module(x).tanh(x * 0.5) * 0.5 + 0.5


def sqrt(x: Any) -> Any:
    if isinstance(x, Variable):
        from .math.sqrt import sqrt as op

        return op(x)
    return backend.get_array_module(x).sqrt(x)


def matmul(a: Any, b: Any, transa: bool = False, transb: bool = False) -> Any:
    """`a @ b`, with the last two axes of `a` or `b` exchanged first where asked."""
    if isinstance(a, Variable) or isinstance(b, Variable):
        from .math.matmul import matmul as op

        return op(a, b, transa, transb)
    if a.ndim == 2 and b.ndim == 2:
        return (a.T if transa else a).dot(b.T if transb else b)
    if transa and a.ndim > 1:
        a = a.swapaxes(-1, -2)
    if transb and b.ndim > 1:
        b = b.swapaxes(-1, -2)
    return backend.get_array_module(a, b).matmul(a, b)


def masked(x: Any, mask: Any) -> Any:
    """`x` where `mask` (an array of booleans) is true, else 0; a NaN of `x` stays one."""
    return x * mask.astype(x.dtype) if isinstance(x, Variable) else x * mask


def reshape(x: Any, shape: tuple[int, ...]) -> Any:
    if x.shape == shape:
        return x
    if isinstance(x, Variable):
        from .array.reshape import reshape as op

        return op(x, shape)
    return x.reshape(shape)


def transpose(x: Any, axes: tuple[int, ...] | None = None) -> Any:
    if isinstance(x, Variable):
        from .array.transpose import transpose as op

        return op(x, axes)
    return x.transpose(axes)


def sum(x: Any, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
    if isinstance(x, Variable):
        from .math.sum import sum as op

        return op(x, axis, keepdims)
    return x.sum(axis, keepdims=keepdims)


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    if x.shape == shape:
        return x
    if isinstance(x, Variable):
        from .array.broadcast import broadcast_to as op

        return op(x, shape)
    return backend.get_array_module(x).broadcast_to(x, shape)


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """Undo a broadcast: `x` summed over the axes along which `shape` was stretched."""
    if x.shape == shape:
        return x
    if isinstance(x, Variable):
        from .math.sum import sum_to as op

        return op(x, shape)
    lead = x.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(
        i + lead for i, length in enumerate(shape) if length == 1 and x.shape[i + lead] != 1
    )
    return x.sum(axes, keepdims=True).reshape(shape)


def where(condition: Any, x: Any, y: Any) -> Any:
    """`x` where `condition` (an array of booleans), else `y`; each a number, an array or a variable."""
    condition = force_array(condition)  # NumPy gives a plain boolean where it compares without axes
    if isinstance(x, Variable) or isinstance(y, Variable):
        from .array.where import where as op

        return op(condition, x, y)
    return backend.get_array_module(condition).where(condition, x, y)


def cast(x: Any, dtype: Any) -> Any:
    if x.dtype == dtype:
        return x
    if isinstance(x, Variable):
        from .array.cast import cast as op

        return op(x, dtype)
    return x.astype(dtype)
