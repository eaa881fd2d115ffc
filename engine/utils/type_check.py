"""Checks of what goes into an op, with messages that show the expression that failed.

`in_types[0].ndim == 2` builds an expression; `expect` evaluates it and, if it is false, raises `InvalidType` with the
expression and its values on both sides. The engine's own ops use the plain `require*` functions instead, which cost
nothing while all is well.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from .type_expressions import (
    Atom,
    BinaryOperator,
    BoolBinaryOperator,
    Call,
    Constant,
    Expr,
    GetAttr,
    GetItem,
    Testable,
    UnaryOperator,
    Variable,
    value_of,
)

__all__ = [
    "Atom",
    "BinaryOperator",
    "BoolBinaryOperator",
    "Call",
    "Constant",
    "Expr",
    "GetAttr",
    "GetItem",
    "InvalidType",
    "LightMode",
    "LightTypeInfoTuple",
    "Testable",
    "TypeInfo",
    "TypeInfoTuple",
    "UnaryOperator",
    "Variable",
    "argname",
    "eval",
    "expect",
    "expect_broadcast_shapes",
    "get_function_check_context",
    "get_light_types",
    "get_types",
    "in_light_mode",
    "light_mode",
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
        msg: what the message says instead of these two.
    """

    def __init__(self, expect: str, actual: str, msg: str | None = None) -> None:
        self.expect = expect
        self.actual = actual
        self._problem = f"Expect: {expect}\nActual: {actual}" if msg is None else msg
        self._op: str | None = None
        super().__init__(self._problem)
        node = getattr(_context, "node", None)
        if node is not None:
            self.located_in(node)

    def located_in(self, node: Any) -> InvalidType:
        """The same error, saying in which op it happened."""
        if self._op is None:
            self._op = node.label
            self.args = (f"\nInvalid operation is performed in: {self._op} (Forward)\n\n{self._problem}",)
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _recover_invalid_type, (type(self), self.args, self.__dict__)


def _recover_invalid_type(
    cls: type[InvalidType], args: tuple[Any, ...], state: dict[str, Any]
) -> InvalidType:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


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


def require(condition: bool, expect: str, actual: Any, error: type[InvalidType] = InvalidType) -> None:
    """Raise `InvalidType`, or the narrower `error`, unless `condition` holds."""
    if not condition:
        raise error(expect, str(actual))


def require_equal(
    left_name: str, left: Any, right_name: str, right: Any, error: type[InvalidType] = InvalidType
) -> None:
    """Raise `InvalidType`, or the narrower `error`, unless both values are equal, showing names and values."""
    if left != right:
        raise error(f"{left_name} == {right_name}", f"{left} != {right}")


def require_float(name: str, array: Any, error: type[InvalidType] = InvalidType) -> None:
    """Raise `InvalidType`, or the narrower `error`, unless `array` holds floating-point numbers."""
    if array.dtype.kind != "f":
        raise error(f"{name}.dtype.kind == f", f"{array.dtype.kind} != f")


# ---- expressions, for scripts' own ops ----


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


class LightTypeInfoTuple(tuple):
    """The inputs of an op as plain `TypeInfo`s, for `light_mode`."""

    def size(self) -> int:
        """How many inputs there are."""
        return len(self)


class LightMode:
    """A context manager inside which checks are plain truth values, without words for what failed."""

    def __init__(self) -> None:
        self._state = threading.local()

    @property
    def active(self) -> bool:
        return getattr(self._state, "depth", 0) > 0

    def __enter__(self) -> LightMode:
        self._state.depth = getattr(self._state, "depth", 0) + 1
        return self

    def __exit__(self, *exc: Any) -> None:
        self._state.depth -= 1


light_mode = LightMode()


def in_light_mode() -> bool:
    """Whether this is inside `with light_mode:`."""
    return light_mode.active


def get_light_types(data: Sequence[Any]) -> LightTypeInfoTuple:
    """Shape and dtype of arrays, as plain values."""
    return LightTypeInfoTuple(TypeInfo(tuple(array.shape), array.dtype) for array in data)


def expect(*conditions: Any) -> None:
    """Raise `InvalidType` for the first condition that doesn't hold.

    Args:
        conditions: expressions, or plain truth values.
    """
    for condition in conditions:
        if isinstance(condition, Testable):
            condition.expect()
        elif not eval(condition):
            raise InvalidType(str(condition), _seen(condition))


def _seen(condition: Any) -> str:
    """The values of a condition that doesn't hold, where it has any to show."""
    if isinstance(condition, BoolBinaryOperator):
        return f"{condition.lhs.eval()} {condition.exp} {condition.rhs.eval()}"
    if isinstance(condition, BinaryOperator):
        return f"{_seen(condition.lhs)} {condition.exp} {_seen(condition.rhs)}"
    return str(eval(condition)) if isinstance(condition, Expr) else "it is false"


def eval(expression: Any) -> Any:
    """The value of an expression; a tuple of the values of a tuple; anything else as it is."""
    return value_of(expression)


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
    """The product of the entries of a shape, or of a list of expressions, as an expression."""
    return Call(Variable(_product, "prod"), (shape,))


def _product(entries: Any) -> int:
    return int(numpy.prod([eval(entry) for entry in entries], dtype=int))


def same_types(*arrays: Any) -> bool:
    """Whether all are arrays, of the same array library."""
    from .. import backend

    modules = {id(backend.get_array_module(array)) for array in arrays if backend.is_array(array)}
    return all(map(backend.is_array, arrays)) and len(modules) <= 1


def expect_broadcast_shapes(*shape_types: Any) -> None:
    """Raise `InvalidType` unless the shapes, such as `in_types[0].shape`, can be broadcast together."""
    shapes = [tuple(eval(shape)) for shape in shape_types]
    try:
        numpy.broadcast_shapes(*shapes)
    except ValueError:
        found = "\n".join(f"{shape} = {value}" for shape, value in zip(shape_types, shapes, strict=True))
        raise InvalidType(
            "each shape can be broadcast to the other",
            found,
            f"shapes that cannot be broadcast together:\n{found}",
        ) from None
