"""Expressions of type checks: what can be evaluated, written down, and expected to hold.

`in_types[0].ndim == 2` builds a tree of these; `type_check.expect` evaluates it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

__all__ = [
    "Atom",
    "BinaryOperator",
    "BoolBinaryOperator",
    "Call",
    "Constant",
    "Expr",
    "GetAttr",
    "GetItem",
    "Testable",
    "UnaryOperator",
    "Variable",
    "value_of",
]

# How tightly an operator binds, as in Python: a part that binds less tightly is written in brackets.
_COMPARISON, _OR, _XOR, _AND, _SHIFT, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(-1, 9)


class Testable:
    """Something that can be expected to hold."""

    def expect(self) -> None:
        """Raise `InvalidType` unless it holds."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define expect()")


class Expr:
    """Something that can be evaluated and written down.

    Args:
        priority: how tightly it binds.
    """

    def __init__(self, priority: int) -> None:
        self.priority = priority

    def eval(self) -> Any:
        """The value."""
        raise NotImplementedError(f"{type(self).__name__} has no value")

    def __bool__(self) -> bool:
        raise RuntimeError(
            "An expression of a type check has no truth value of its own. "
            "Use chainer.utils.type_check.eval() to evaluate it, or pass it to expect()."
        )

    def __getattr__(self, name: str) -> GetAttr:
        if name.startswith("__"):
            raise AttributeError(name)
        return GetAttr(self, name)

    def __getitem__(self, key: Any) -> GetItem:
        return GetItem(self, key)

    def __iter__(self) -> Any:
        raise TypeError("an expression of a type check can't be iterated over")

    def __call__(self, *args: Any) -> Call:
        return Call(self, args)

    __hash__ = object.__hash__


class Atom(Expr):
    """What never needs brackets."""

    def __init__(self) -> None:
        super().__init__(_ATOM)


class Constant(Atom):
    """A value that the person wrote."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value

    def eval(self) -> Any:
        return self.value

    def __str__(self) -> str:
        return repr(self.value)


class Variable(Atom):
    """A value that has a name."""

    def __init__(self, value: Any, name: str) -> None:
        super().__init__()
        self.value = value
        self.name = name

    def eval(self) -> Any:
        return self.value

    def __str__(self) -> str:
        return self.name


class GetAttr(Atom):
    """An attribute of what an expression gives."""

    def __init__(self, obj: Any, name: str) -> None:
        super().__init__()
        self.obj = as_expr(obj)
        self.name = name

    def eval(self) -> Any:
        return getattr(self.obj.eval(), self.name)

    def __str__(self) -> str:
        return f"{_written(self.obj, _ATOM)}.{self.name}"


class GetItem(Atom):
    """An element of what an expression gives."""

    def __init__(self, obj: Any, key: Any) -> None:
        super().__init__()
        self.obj = as_expr(obj)
        self.key = key

    def eval(self) -> Any:
        return self.obj.eval()[value_of(self.key)]

    def __str__(self) -> str:
        keys = self.key if isinstance(self.key, tuple) else (self.key,)
        return f"{_written(self.obj, _ATOM)}[{', '.join(map(_key_text, keys))}]"


class Call(Atom):
    """What an expression gives, called."""

    def __init__(self, obj: Any, args: Sequence[Any]) -> None:
        super().__init__()
        self.obj = as_expr(obj)
        self.args = tuple(args)

    def eval(self) -> Any:
        return self.obj.eval()(*[value_of(arg) for arg in self.args])

    def __str__(self) -> str:
        return f"{_written(self.obj, _ATOM)}({', '.join(str(as_expr(arg)) for arg in self.args)})"


class UnaryOperator(Expr):
    """A sign before an expression."""

    def __init__(self, priority: int, term: Any, exp: str, func: Callable[[Any], Any]) -> None:
        super().__init__(priority)
        self.term = as_expr(term)
        self.exp = exp
        self.func = func

    def eval(self) -> Any:
        return self.func(self.term.eval())

    def __str__(self) -> str:
        return f"{self.exp}{_written(self.term, self.priority)}"


class BinaryOperator(Expr):
    """A sign between two expressions."""

    def __init__(
        self,
        priority: int,
        lhs: Any,
        rhs: Any,
        exp: str,
        func: Callable[[Any, Any], Any],
        right_associative: bool = False,
    ) -> None:
        super().__init__(priority)
        self.lhs, self.rhs = as_expr(lhs), as_expr(rhs)
        self.exp = exp
        self.func = func
        self.right_associative = right_associative

    def eval(self) -> Any:
        return self.func(self.lhs.eval(), self.rhs.eval())

    def __str__(self) -> str:
        left = _written(self.lhs, self.priority + self.right_associative)
        right = _written(self.rhs, self.priority + (not self.right_associative))
        return f"{left} {self.exp} {right}"


class BoolBinaryOperator(BinaryOperator, Testable):
    """A comparison; `inv` is the sign of its contrary."""

    def __init__(self, lhs: Any, rhs: Any, exp: str, inv: str, func: Callable[[Any, Any], bool]) -> None:
        super().__init__(_COMPARISON, lhs, rhs, exp, func)
        self.inv = inv

    def expect(self) -> None:
        left, right = self.lhs.eval(), self.rhs.eval()
        if not self.func(left, right):
            from .type_check import InvalidType

            raise InvalidType(f"{self.lhs} {self.exp} {self.rhs}", f"{left} {self.inv} {right}")


def as_expr(value: Any) -> Expr:
    """An expression as it is, anything else as a constant."""
    return value if isinstance(value, Expr) else Constant(value)


def value_of(expression: Any) -> Any:
    """The value of an expression; a tuple of the values of a tuple; anything else as it is."""
    if isinstance(expression, Expr):
        return expression.eval()
    if isinstance(expression, tuple):
        return tuple(value_of(part) for part in expression)
    return expression


def _written(part: Expr, priority: int) -> str:
    """A part in writing, with brackets where it binds less tightly than `priority`."""
    return f"({part})" if part.priority < priority else str(part)


def _key_text(key: Any) -> str:
    if isinstance(key, slice):
        ends = ["" if end is None else str(end) for end in (key.start, key.stop)]
        return ":".join(ends) + ("" if key.step is None else f":{key.step}")
    return "..." if key is Ellipsis else str(key)


def _binary(method: str, exp: str, priority: int, func: Callable[..., Any], right: bool = False) -> None:
    setattr(
        Expr, f"__{method}__", lambda self, other: BinaryOperator(priority, self, other, exp, func, right)
    )
    setattr(
        Expr, f"__r{method}__", lambda self, other: BinaryOperator(priority, other, self, exp, func, right)
    )


def _comparison(method: str, exp: str, inv: str) -> None:
    func = getattr(operator, method)
    setattr(Expr, f"__{method}__", lambda self, other: BoolBinaryOperator(self, other, exp, inv, func))


def _unary(method: str, exp: str) -> None:
    func = getattr(operator, method)
    setattr(Expr, f"__{method}__", lambda self: UnaryOperator(_SIGN, self, exp, func))


for _method, _sign, _priority in (
    ("add", "+", _SUM), ("sub", "-", _SUM), ("mul", "*", _PRODUCT), ("truediv", "/", _PRODUCT),
    ("floordiv", "//", _PRODUCT), ("mod", "%", _PRODUCT), ("lshift", "<<", _SHIFT), ("rshift", ">>", _SHIFT),
):  # fmt: skip
    _binary(_method, _sign, _priority, getattr(operator, _method))
_binary("pow", "**", _POWER, operator.pow, right=True)
_binary("and", "&", _AND, operator.and_)
_binary("or", "|", _OR, operator.or_)
_binary("xor", "^", _XOR, operator.xor)
for _method, _sign, _contrary in (
    ("eq", "==", "!="), ("ne", "!=", "=="), ("lt", "<", ">="), ("le", "<=", ">"), ("gt", ">", "<="), ("ge", ">=", "<"),
):  # fmt: skip
    _comparison(_method, _sign, _contrary)
_unary("neg", "-")
_unary("invert", "~")
