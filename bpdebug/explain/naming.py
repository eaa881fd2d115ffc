"""Names for local derivatives and outputs, out of the op's own formula.

`gx = gy * y * (1 - y)` of sigmoid says that ∂y/∂x is `y * (1 - y)`; with elements, `y[0,3] * (1 - y[0,3])`. Only names
come from here, the numbers from the op: a formula that isn't of this form gives no name.
"""

from __future__ import annotations

import re

from .explanation import element_name
from .recorded_op import RecordedOp

__all__ = ["formula_of", "formula_part", "local_derivative", "output_text", "pretty"]

Element = tuple[int, ...]

_NUMERALS = str.maketrans("0123456789-+T", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺ᵀ")
_POWER = re.compile(r"\^(-?\d+|T)(?![\w.])")


def pretty(formula: str) -> str:
    """The formula with the signs that people write: `x²`, `gyᵀ`, `·`, `≥`."""
    text = _POWER.sub(lambda found: found[1].translate(_NUMERALS), formula)
    for plain, sign in ((" * ", " · "), (">=", "≥"), ("<=", "≤"), (" != ", " ≠ "), (" - ", " − ")):
        text = text.replace(plain, sign)
    return re.sub(r"\bsqrt ", "√", text)


def formula_part(formula: str, role: str) -> str:
    """The statement of the formula that says what `role` is: `gW = gy^T x`; "" where there is none."""
    for statement in _statements(formula):
        left, equals, _ = statement.partition(" = ")
        if equals and role in (left, left.removeprefix("each ")):
            return statement
    base = re.sub(r"\[\d+\]$|\d+$", "", role)
    return formula_part(formula, base) if base != role else ""


def formula_of(formula: str, role: str) -> str:
    """`formula_part`, with the statements that define what it mentions before it."""
    wanted = formula_part(formula, role)
    if not wanted:
        return ""
    known = {s.partition(" = ")[0]: s for s in _statements(formula) if " = " in s}
    before = [
        statement
        for name, statement in known.items()
        if re.fullmatch(r"\w+", name)
        and not re.fullmatch(r"g*[xyWb]", name)
        and not name.startswith("g")
        and re.search(rf"\b{name}\b", wanted.partition(" = ")[2])
        and statement != wanted
    ]
    return ";  ".join([*before, wanted])


def local_derivative(op: RecordedOp, k: int, place: Element, i: int, element: Element) -> str:
    """The name of ∂y/∂x between `element` of input `i` and `place` of output `k`, or ""."""
    text = formula_part(op.formula, f"g{op.x_roles[i]}").partition(" = ")[2]
    text = re.split(r", (?:each |summed|and |over|repeated)", text)[0]
    found = re.fullmatch(rf"(-?)g{re.escape(op.y_roles[k])}(?: ([*/]) (.+)| (where .+))?", text)
    if found is None or "sum of" in text or re.search(r", else (?!0$)", text):
        return ""
    sign, sort, factor, condition = found.groups()
    if condition is not None:
        return pretty(f"{sign}1 {_with_elements(op, condition.split(', else 0')[0], k, place, i, element)}")
    if factor is None:
        return f"{sign}1"
    if re.search(r" [-+] ", re.sub(r"\([^()]*\)", "", factor)):
        return ""  # more than one factor: gy is in a sum
    named = _with_elements(op, factor, k, place, i, element)
    return pretty(f"{sign}{named}" if sort == "*" else f"{sign}1 / {named}")


def output_text(op: RecordedOp, k: int, place: Element) -> str:
    """The op's formula for one output element, or ""."""
    text = formula_part(op.formula, op.y_roles[k]).partition(" = ")[2]
    return pretty(_with_elements(op, text, k, place, None, ())) if text else ""


def _statements(formula: str) -> list[str]:
    return [statement.strip() for statement in formula.split(";")]


def _with_elements(op: RecordedOp, text: str, k: int, place: Element, i: int | None, element: Element) -> str:
    """`text` with every letter of a tensor followed by the indexes that belong to it here."""
    y_shape = op.y_shape(k)
    shapes = {role: op.x_shape(j) for j, role in enumerate(op.x_roles)}
    shapes[op.y_roles[k]] = y_shape
    mask = op.held_shapes()
    shapes.update(mask)

    def named(found: re.Match[str]) -> str:
        role = found[0]
        shape = shapes[role]
        if i is not None and shape == op.x_shape(i):
            return element_name(role, element)
        if shape == y_shape:
            return element_name(role, place)
        wider, at = (
            (y_shape, place) if i is None or len(y_shape) >= len(op.x_shape(i)) else (op.x_shape(i), element)
        )
        index = _stretched(shape, wider, at)
        return role if index is None else element_name(role, index)

    letters = "|".join(sorted(map(re.escape, shapes), key=len, reverse=True))
    return re.sub(rf"(?<![\w.])(?:{letters})(?![\w\[])", named, text)


def _stretched(shape: Element, wider: Element, at: Element) -> Element | None:
    """Where `at` of an array of shape `wider` comes from, if one of `shape` was stretched to it; else None."""
    if len(shape) > len(wider):
        return None
    tail, places = wider[len(wider) - len(shape) :], at[len(wider) - len(shape) :]
    if any(own not in (1, length) for own, length in zip(shape, tail, strict=True)):
        return None
    return tuple(0 if own == 1 else place for own, place in zip(shape, places, strict=True))
