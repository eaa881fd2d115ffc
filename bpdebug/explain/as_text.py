"""An explanation as lines of plain text that fit 80 columns, or as many as there are."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from ..gradcheck import StepCheck
from ..text import cell_width, clean, count_text, fit, number, shape_text
from .explanation import Explanation, Factor, Term, element_name
from .path import PathStep

__all__ = ["check_lines", "explanation_lines", "path_lines", "terms_lines"]

_IN_NUMBERS = 3
_CANCEL = 10
_BELOW = " " * 21
"""Puts what has no room beside a term below its factors."""


def explanation_lines(explanation: Explanation, columns: int = 80) -> Iterator[str]:
    """What made the element: where, the formula, the terms, the total."""
    e = explanation
    name = f"  of {e.variable}" if e.variable and e.variable != e.role else ""
    yield _fitted(
        f"{e.name} = {number(e.recorded, e.dtype, digits=8)}{name}  {shape_text(e.shape)} {e.dtype}", columns
    )
    yield from _wrapped(f"made by {e.address}" + (f"  at {clean(e.where)}" if e.where else ""), columns, "  ")
    if e.formula:
        yield from _wrapped(e.formula, columns, "  ")
    if e.shapes:
        yield from _wrapped(", ".join(e.shapes), columns, "  ")
    yield ""
    if e.forms:
        form = " + ".join(e.forms).replace("+ −", "− ").replace("−  ", "− ")
        yield from _wrapped(f"{e.name} = {form}", columns, "  ")
    yield from _wrapped(f"{' ' * cell_width(e.name)} = {in_numbers(e)}", columns, "  ")
    yield ""
    yield from terms_lines(e, columns)
    for note in e.notes:
        yield from _wrapped(note, columns, "  ")


def in_numbers(e: Explanation) -> str:
    """The sum with numbers: `0.5 · 0.25 + 1.5 · -0.125 + … = 0.31`."""
    if not e.terms:
        return "0: no term"
    shown = [
        " · ".join(
            f"({number(f.value)})" if f.value < 0 and n else number(f.value)
            for n, f in enumerate(term.factors)
        )
        for term in e.terms[:_IN_NUMBERS]
    ]
    more = " + …" if e.count - e.zeros > len(shown) else ""
    return f"{' + '.join(shown)}{more} = {number(e.total, digits=8)}"


def terms_lines(e: Explanation, columns: int = 80) -> Iterator[str]:
    """The table: value, share, factors; then total and recorded value."""
    sizes = sum(abs(term.value) for term in e.terms)
    for term in e.terms:
        share = abs(term.value) / sizes * e.covered if sizes and math.isfinite(sizes) else math.nan
        percent = "" if math.isnan(share) else f"{100 * share:.0f}%" if share >= 0.01 else "<1%"
        value = f"  {number(term.value):>11} {percent:>5} "
        beside = f"{value} {' '.join(_factors(term))}" + (f"  ({term.note})" if term.note else "")
        if cell_width(clean(beside)) <= columns:
            yield _fitted(beside, columns)
        else:
            yield from _broken([value, *_factors(term)], columns, "", _BELOW)
            if term.note:
                yield from _wrapped(f"({term.note})", columns, _BELOW)
    if e.terms and e.zeros == e.count:
        listed = f"{len(e.terms)} of {count_text(e.count, 'term')} listed: all are 0"
    elif e.count > len(e.terms) + e.zeros:
        terms = count_text(e.count - e.zeros, "term")
        covered = f", {100 * e.covered:.3g}% of their size" if math.isfinite(e.covered) else ""
        listed = f"{len(e.terms)} of {terms} listed{covered}"
    else:
        listed = f"all of {count_text(e.count - e.zeros, 'term')} listed"
    if 0 < e.zeros < e.count:
        listed += f"; {count_text(e.zeros, 'more is', 'more are')} 0"
    yield f"  {'─' * 11}"
    yield _fitted(f"  {number(e.total, digits=8):>11}  total: {listed}", columns)
    yield _fitted(f"  {number(e.recorded, e.dtype, digits=8):>11}  recorded{_agreement(e)}", columns)
    yield _fitted(f"  {e.how}", columns)


def _agreement(e: Explanation) -> str:
    if not (math.isfinite(e.total) and math.isfinite(e.recorded)):
        return ""
    scale = max(abs(e.recorded), abs(e.total))
    if e.error == 0 or not scale:
        return ": the same" if e.error == 0 else ""
    if not e.rounding:
        return ""
    of, largest = "it", max((abs(term.value) for term in e.terms), default=0.0)
    if largest > _CANCEL * scale:  # what is left of terms that cancel says nothing of how well they fit
        scale, of = largest, "the largest term"
    return f": off by {e.error / scale:.1e} of {of} ({e.dtype} rounds to {e.rounding:.0e})"


def _factors(term: Term) -> list[str]:
    """`gy[0,3] -0.5`, `· x[0,5] 0.25`; a factor that is alone, or whose name is its number, needs none."""
    if len(term.factors) == 1:
        return [term.factors[0].name]
    said = [
        factor.name if _says_its_value(factor) else f"{factor.name} {number(factor.value)}"
        for factor in term.factors
    ]
    return [said[0], *(f"· {factor}" for factor in said[1:])]


def _says_its_value(factor: Factor) -> bool:
    if factor.name in (number(factor.value), f"{factor.value:.0f}") or factor.name.startswith("−1:"):
        return True
    return re.fullmatch(r"1 ?/ ?\d+", factor.name) is not None


def path_lines(steps: Sequence[PathStep], columns: int = 80) -> Iterator[str]:
    """The way to the loss: one op a line, with the factor of each and the product so far."""
    yield "  from here to the loss; ×: norm that left the op / norm that arrived"
    product = 1.0
    smallest = min((s for s in steps if s.factor >= 0), key=lambda s: s.factor, default=None)
    largest = max((s for s in steps if s.factor >= 0), key=lambda s: s.factor, default=None)
    for step in steps:
        product *= step.factor if math.isfinite(step.factor) else 1.0
        factor = "" if math.isnan(step.factor) else f"×{number(step.factor, digits=3)}"
        mark = ""
        if smallest is not None and largest is not None and largest.factor > 1.001 * smallest.factor:
            mark = "  ← shrinks most" if step is smallest else "  ← grows most" if step is largest else ""
        forks = f"  +{count_text(step.forks, 'other use')}" if step.forks else ""
        where = f"{step.scope}/{step.label}" if step.scope else step.label
        unknown = "?" if step.why_unknown else "none"
        norm = f"|{step.role_out}| {unknown if step.left is None else number(step.left, digits=4)}"
        yield _fitted(f"  {factor:>10}  {norm:<16} {where}{forks}{mark}", columns)
    known = sum(1 for step in steps if not step.why_unknown)
    if known:
        over = (
            count_text(known, "op") if known == len(steps) else f"{known} of {count_text(len(steps), 'op')}"
        )
        yield _fitted(f"  ×{number(product, digits=4)} in all, over {over}", columns)
    for why in dict.fromkeys(step.why_unknown for step in steps if step.why_unknown):
        yield from _wrapped(f"?: {clean(why)}", columns, "  ")


def check_lines(check: StepCheck, columns: int = 80) -> Iterator[str]:
    """What the gradient check of one step found."""
    if check.note:
        yield from _wrapped(
            f"gradient check of {clean(check.op)}: not possible: {clean(check.note)}", columns, "  "
        )
        return
    yield _fitted(f"  gradient check of {clean(check.op)}, float64, against finite differences", columns)
    for inside in check.inputs:
        name = inside.role if inside.element is None else element_name(inside.role, inside.element)
        text = f"{name}: {inside.verdict}"
        if inside.expected is not None:
            text += f", expected {_said(inside.expected)}, found {_said(inside.found)}"
        yield from _wrapped(text + (f"; {clean(inside.note)}" if inside.note else ""), columns, "    ")
    if not check.inputs:
        yield _fitted("    no gradient left this op", columns)


def _said(value: float | int | str | None) -> str:
    return value if isinstance(value, str) else number(value)


def _fitted(text: str, columns: int) -> str:
    """One line: names and addresses come from the log, and may hold what moves a terminal's cursor."""
    return fit(clean(text), columns).rstrip()


def _wrapped(text: str, columns: int, indent: str, more: str = "  ") -> Iterator[str]:
    """`text` in lines of at most `columns` cells, broken at spaces; lines from the second on are indented by `more`."""
    return _broken(text.split(" "), columns, indent, more)


def _broken(words: Sequence[str], columns: int, indent: str, more: str) -> Iterator[str]:
    """The words in such lines."""
    room = columns - len(indent)
    line = ""
    for word in words:
        candidate = f"{line} {word}" if line else word
        if line.strip() and cell_width(candidate) > room:
            yield _fitted(indent + line, columns)
            line = more + word
        else:
            line = candidate
    yield _fitted(indent + line, columns)
