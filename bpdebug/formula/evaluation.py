"""The values and the texts of the trees that `syntax` reads.

Numbers may be single or arrays of one length, one a term; all arithmetic is NumPy's, and overflows, divisions by zero
and NaN are results like others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from .syntax import Call, Choice, Compare, Name, Node, Number, Power, Product, Sum, Total

__all__ = ["UnknownName", "evaluate", "holds", "names_in", "text"]

Values = np.ndarray | float
Lookup = Callable[[str], Values]

_CONSTANTS = {"pi": math.pi, "e": math.e}


class UnknownName(ValueError):
    """A formula mentions something that has no value here."""


def evaluate(node: Node, lookup: Lookup) -> Values:
    """The value of a tree.

    Args:
        lookup: the value of a name.

    Raises:
        UnknownName: from `lookup`, or the tree has a total over elements in it.
    """
    with np.errstate(all="ignore"):
        return _VALUES[type(node)](node, lookup)


def holds(condition: Node, lookup: Lookup) -> np.ndarray:
    """Where a condition holds: truth values, one a term (or a single one)."""
    return np.asarray(evaluate(condition, lookup)) != 0


def _number(node: Number, lookup: Lookup) -> Values:
    return float(node.text)


def _name(node: Name, lookup: Lookup) -> Values:
    return _CONSTANTS[node.text] if node.text in _CONSTANTS else lookup(node.text)


def _sum(node: Sum, lookup: Lookup) -> Values:
    total: Values = 0.0
    for sign, part in node.parts:
        value = evaluate(part, lookup)
        total = total + value if sign > 0 else total - value
    return total


def _product(node: Product, lookup: Lookup) -> Values:
    product: Values = 1.0
    for operator, part in node.parts:
        value = np.asarray(evaluate(part, lookup), np.float64)
        product = product / value if operator == "/" else product * value
    return product


def _power(node: Power, lookup: Lookup) -> Values:
    exponent = evaluate(node.exponent, lookup)
    if node.base == Name("e"):
        return np.exp(exponent)
    result: np.ndarray = np.power(np.asarray(evaluate(node.base, lookup), np.float64), exponent)
    return result


def _call(node: Call, lookup: Lookup) -> Values:
    return _FUNCTIONS[node.function](*[np.asarray(evaluate(part, lookup)) for part in node.arguments])


def _compare(node: Compare, lookup: Lookup) -> Values:
    left = evaluate(node.first, lookup)
    every: Values = 1.0
    for operator, part in node.rest:
        right = evaluate(part, lookup)
        every = every * _COMPARE[operator](left, right)
        left = right
    return every


def _choice(node: Choice, lookup: Lookup) -> Values:
    here, other = evaluate(node.value, lookup), evaluate(node.other, lookup)
    return np.where(holds(node.condition, lookup), here, other)


def _total(node: Total, lookup: Lookup) -> Values:
    raise UnknownName("a total within an expression")


def _sigmoid(x: np.ndarray) -> np.ndarray:
    # Without e^-x, which overflows far below 0.
    half: np.ndarray = 0.5 + 0.5 * np.tanh(0.5 * x)
    return half


_FUNCTIONS: dict[str, Callable[..., Values]] = {
    "abs": np.abs,
    "arccos": np.arccos,
    "arcsin": np.arcsin,
    "arctan": np.arctan,
    "arctan2": np.arctan2,
    "artanh": np.arctanh,
    "cos": np.cos,
    "cosh": np.cosh,
    "erf": np.vectorize(math.erf, otypes=[np.float64]),
    "erfc": np.vectorize(math.erfc, otypes=[np.float64]),
    "log": np.log,
    "max": np.maximum,
    "min": np.minimum,
    "sigmoid": _sigmoid,
    "sign": np.sign,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
    "trunc": np.trunc,
}

_COMPARE: dict[str, Callable[[Values, Values], Values]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}

_VALUES: dict[type, Callable[..., Values]] = {
    Number: _number,
    Name: _name,
    Sum: _sum,
    Product: _product,
    Power: _power,
    Call: _call,
    Compare: _compare,
    Choice: _choice,
    Total: _total,
}


def names_in(node: Node) -> Iterator[str]:
    """The names in a tree, from left to right, each as often as it stands there; no constants."""
    if isinstance(node, Name):
        if node.text not in _CONSTANTS:
            yield node.text
        return
    for part in _parts(node):
        yield from names_in(part)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Sum(parts) | Product(parts):
            return tuple(part for _, part in parts)
        case Power(base, exponent):
            return base, exponent
        case Call(_, arguments):
            return arguments
        case Compare(first, rest):
            return first, *(part for _, part in rest)
        case Choice(value, condition, other):
            return value, condition, other
        case Total(body):
            return (body,)
    return ()


# ---- text -----------------------------------------------------------------------------------------------------


def text(node: Node, name: Callable[[str], str]) -> str:
    """The tree as people write it: `y[0,3] (1 − y[0,3])`, with what `name` calls each name."""
    match node:
        case Number(written):
            return written
        case Name(known):
            return known if known in _CONSTANTS else name(known)
        case Sum(parts):
            first = ("−" if parts[0][0] < 0 else "") + text(parts[0][1], name)
            return first + "".join(f" {'+' if s > 0 else '−'} {text(part, name)}" for s, part in parts[1:])
        case Product(parts):
            return "".join(
                _JOINED[how] + _inner(part, name, *((Product,) if how == "/" else ())) for how, part in parts
            ).removeprefix(" ")
        case Power(base, exponent):
            return _power_text(base, exponent, name)
        case Call("abs", (inside,)):
            return f"|{text(inside, name)}|"
        case Call("sqrt", (inside,)):
            return f"√{_inner(inside, name, Product, Power)}"
        case Call(function, arguments):
            return f"{function}({', '.join(text(part, name) for part in arguments)})"
        case Compare(first, rest):
            return text(first, name) + "".join(f" {_SIGNS[how]} {text(part, name)}" for how, part in rest)
        case Choice(value, condition, other):
            return f"{text(value, name)} where {text(condition, name)}, else {text(other, name)}"
        case Total(body):
            return f"Σ {_inner(body, name)}"


def _inner(node: Node, name: Callable[[str], str], *more: type) -> str:
    """With parentheses where the tree binds less than a factor does."""
    inside = text(node, name)
    return f"({inside})" if isinstance(node, (Sum, Choice, Compare, *more)) else inside


def _power_text(base: Node, exponent: Node, name: Callable[[str], str]) -> str:
    below = _inner(base, name, Product, Power)
    if isinstance(exponent, Number) and exponent.text.isdigit():
        return below + exponent.text.translate(_RAISED)
    if isinstance(exponent, Sum) and len(exponent.parts) == 1 and isinstance(exponent.parts[0][1], Name):
        return f"{below}^−{text(exponent.parts[0][1], name)}"
    return f"{below}^{_inner(exponent, name, Product)}"


_JOINED = {"": " ", "*": " · ", "/": " / "}
_SIGNS = {"<": "<", "<=": "≤", ">": ">", ">=": "≥", "=": "=", "!=": "≠"}
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
