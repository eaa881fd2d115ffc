"""Checks of what goes into an op, with messages that show the expression that failed.

`in_types[0].ndim == 2` builds an expression; `expect` evaluates it and, if it is false, raises `InvalidType` with the
expression and its values on both sides. The engine's own ops use the plain `require*` functions instead, which cost
nothing while all is well.
"""

from __future__ import annotations

import contextlib
import operator
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

__all__ = [
    "Constant",
    "Expr",
    "InvalidType",
    "TypeInfo",
    "TypeInfoTuple",
    "argname",
    "eval",
    "expect",
    "expect_broadcast_shapes",
    "get_function_check_context",
    "get_types",
    "make_variable",
    "prod",
    "require",
    "require_equal",
    "require_float",
    "same_types",
]

_context = threading.local()


class InvalidType(Exception):
    """The inputs of an op don't fit.

    Args:
        expect: what must hold, in words or as an expression.
        actual: what was found.
        msg: where it happened.
    """

    def __init__(self, expect: str, actual: str, msg: str | None = None) -> None:
        node = getattr(_context, "node", None)
        if msg is None and node is not None:
            msg = f"Invalid operation is performed in: {node.label} (Forward)"
        self.expect = expect
        self.actual = actual
        self.msg = msg
        super().__init__(self._text())

    def _text(self) -> str:
        text = f"Expect: {self.expect}\nActual: {self.actual}"
        return text if self.msg is None else f"\n{self.msg}\n\n{text}"

    def located_in(self, node: Any) -> InvalidType:
        """The same error, saying in which op it happened."""
        if self.msg is None:
            self.msg = f"Invalid operation is performed in: {node.label} (Forward)"
            self.args = (self._text(),)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.expect, self.actual, self.msg)


@contextlib.contextmanager
def get_function_check_context(node: Any) -> Iterator[None]:
    """Inside, an `InvalidType` names the op `node`."""
    before = getattr(_context, "node", None)
    _context.node = node
    try:
        yield
    finally:
        _context.node = before


# ---- plain checks, for the engine's own ops ----


def require(condition: bool, expect: str, actual: Any) -> None:
    """Raise `InvalidType` unless `condition` holds."""
    if not condition:
        raise InvalidType(expect, str(actual))


def require_equal(left_name: str, left: Any, right_name: str, right: Any) -> None:
    """Raise `InvalidType` unless both values are equal, showing names and values."""
    if left != right:
        raise InvalidType(f"{left_name} == {right_name}", f"{left} != {right}")


def require_float(name: str, array: Any) -> None:
    """Raise `InvalidType` unless `array` holds floating-point numbers."""
    if array.dtype.kind != "f":
        raise InvalidType(f"{name}.dtype.kind == f", f"{array.dtype.kind} != f")


# ---- expressions, for scripts' own ops ----


class Expr:
    """Something that can be evaluated and written down."""

    def eval(self) -> Any:
        raise TypeError(f"{type(self).__name__} has no value")

    def __bool__(self) -> bool:
        raise RuntimeError(
            "An expression of a type check has no truth value of its own. "
            "Use chainer.utils.type_check.eval() to evaluate it, or pass it to expect()."
        )

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Part(f"{self}.{name}", lambda: getattr(self.eval(), name))

    def __getitem__(self, index: Any) -> Expr:
        return _Part(f"{self}[{index}]", lambda: self.eval()[eval(index)])

    def __call__(self, *args: Any) -> Expr:
        text = f"{self}({', '.join(map(str, args))})"
        return _Part(text, lambda: self.eval()(*[eval(arg) for arg in args]))

    __hash__ = object.__hash__


class _Part(Expr):
    def __init__(self, text: str, value: Callable[[], Any]) -> None:
        self._text = text
        self._value = value

    def eval(self) -> Any:
        return self._value()

    def __str__(self) -> str:
        return self._text


class Constant(Expr):
    """A value that the person wrote."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def eval(self) -> Any:
        return self.value

    def __str__(self) -> str:
        return str(self.value)


class Variable(Expr):
    """A value that has a name."""

    def __init__(self, value: Any, name: str) -> None:
        self.value = value
        self.name = name

    def eval(self) -> Any:
        return self.value

    def __str__(self) -> str:
        return self.name


class _Arithmetic(Expr):
    def __init__(self, symbol: str, function: Callable[..., Any], left: Any, right: Any) -> None:
        self.symbol, self.function = symbol, function
        self.left, self.right = _as_expr(left), _as_expr(right)

    def eval(self) -> Any:
        return self.function(self.left.eval(), self.right.eval())

    def __str__(self) -> str:
        return f"{_in_brackets(self.left)} {self.symbol} {_in_brackets(self.right)}"


class _Comparison(_Arithmetic):
    inverse = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}

    def expect(self) -> None:
        left, right = self.left.eval(), self.right.eval()
        if not self.function(left, right):
            raise InvalidType(
                f"{self.left} {self.symbol} {self.right}", f"{left} {self.inverse[self.symbol]} {right}"
            )


class _Logical(_Arithmetic):
    def expect(self) -> None:
        if not self.eval():
            raise InvalidType(str(self), f"{_actual(self.left)} {self.symbol} {_actual(self.right)}")


def _actual(expression: Any) -> str:
    if isinstance(expression, _Comparison):
        return f"{expression.left.eval()} {expression.symbol} {expression.right.eval()}"
    return str(expression.eval())


def _in_brackets(expression: Expr) -> str:
    return f"({expression})" if isinstance(expression, _Arithmetic) else str(expression)


def _as_expr(value: Any) -> Expr:
    return value if isinstance(value, Expr) else Constant(value)


def _install(kind: type[_Arithmetic], method: str, symbol: str, function: Callable[..., Any]) -> None:
    setattr(Expr, f"__{method}__", lambda self, other: kind(symbol, function, self, other))
    if kind is _Arithmetic:
        setattr(Expr, f"__r{method}__", lambda self, other: kind(symbol, function, other, self))


for _method, _symbol in {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
}.items():
    _install(_Arithmetic, _method, _symbol, getattr(operator, _method))
for _method, _symbol in {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}.items():
    _install(_Comparison, _method, _symbol, getattr(operator, _method))
_install(_Logical, "and", "&", lambda left, right: bool(left) and bool(right))
_install(_Logical, "or", "|", lambda left, right: bool(left) or bool(right))
setattr(Expr, "__neg__", lambda self: _Part(f"-{_in_brackets(self)}", lambda: -self.eval()))  # noqa: B010


class TypeInfo:
    """dtype, shape and ndim of an array."""

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape = shape
        self.dtype = dtype
        self.ndim = len(shape)
        self.size = int(numpy.prod(shape, dtype=int))

    def __str__(self) -> str:
        return f"shape={self.shape}, dtype={self.dtype}"


class TypeInfoTuple(tuple):
    """The inputs of an op as named expressions."""

    name = ""

    def size(self) -> Variable:
        """How many inputs there are, as an expression."""
        return Variable(len(self), f"{self.name}.size")


def get_types(data: Sequence[Any], name: str, accept_none: bool) -> TypeInfoTuple:
    """Named expressions for shape and dtype of arrays.

    Raises:
        InvalidType: an entry is None and `accept_none` is false.
    """
    infos = []
    for i, array in enumerate(data):
        if array is None and not accept_none:
            raise InvalidType(f"{name}[{i}] is an array", f"{name}[{i}] is None")
        value = TypeInfo((), None) if array is None else TypeInfo(tuple(array.shape), array.dtype)
        infos.append(Variable(value, f"{name}[{i}]"))
    result = TypeInfoTuple(infos)
    result.name = name
    return result


def expect(*conditions: Any) -> None:
    """Raise `InvalidType` for the first condition that doesn't hold.

    Args:
        conditions: expressions, or plain truth values.
    """
    for condition in conditions:
        if hasattr(condition, "expect") and isinstance(condition, _Arithmetic):
            condition.expect()
        elif not eval(condition):
            raise InvalidType(str(condition), "it is false")


def eval(expression: Any) -> Any:
    """The value of an expression; a tuple of the values of a tuple; anything else as it is."""
    if isinstance(expression, Expr):
        return expression.eval()
    if isinstance(expression, tuple):
        return tuple(eval(part) for part in expression)
    return expression


def make_variable(value: Any, name: str) -> Expr:
    """Give a value a name, so that a message can show it."""
    return value if isinstance(value, Expr) else Variable(value, name)


def argname(in_types: TypeInfoTuple, names: Sequence[str]) -> None:
    """Give the inputs their names.

    Raises:
        InvalidType: there are more or fewer inputs than names.
    """
    if len(in_types) != len(names):
        raise InvalidType(f"{len(names)} argument(s): {', '.join(names)}", f"{len(in_types)} argument(s)")
    for info, name in zip(in_types, names, strict=True):
        info.name = name


_argname = argname


def prod(shape: Any) -> Expr:
    """The product of the entries of a shape, as an expression."""
    shape = _as_expr(shape)
    return _Part(f"prod({shape})", lambda: int(numpy.prod(eval(shape.eval()), dtype=int)))


def same_types(*arrays: Any) -> bool:
    """Whether all arrays belong to the same array library."""
    from .. import backend

    return len({id(backend.get_array_module(array)) for array in arrays}) <= 1


def expect_broadcast_shapes(name: str, *shapes: Any) -> None:
    """Raise `InvalidType` unless the shapes can be broadcast together."""
    values = [tuple(eval(shape)) for shape in shapes]
    try:
        numpy.broadcast_shapes(*values)
    except ValueError:
        raise InvalidType(f"{name}: shapes that can be broadcast", " and ".join(map(str, values))) from None
