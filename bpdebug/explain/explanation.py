"""What an explanation is made of: sums of products, whose factors have names and values.

A rule gives `Sum`s: columns of numbers with a function that names each, so that a sum over 100,000 elements costs a few
arrays. Only the terms that are shown become `Term`s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Column", "Explanation", "Factor", "Sum", "Term", "element_name"]

Element = tuple[int, ...]
_GRADIENT = re.compile(
    r"(g\w+(?:\[\d+\])?(?:\[[\d,]*\])?|contribution\[.*|gradient\[.*|grad before\[.*|grad)$"
)


def element_name(role: str, element: Sequence[int]) -> str:
    """`gW[3,5]`; of a 0-d array only its role."""
    return f"{role}[{','.join(str(int(i)) for i in element)}]" if len(element) else role


@dataclass(frozen=True, slots=True)
class Column:
    """One factor of every term of a sum.

    Attributes:
        name: the factor's name in the n-th term.
        values: float64, one a term; or one number for all.
    """

    name: Callable[[int], str]
    values: np.ndarray | float


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms that are products of the same factors.

    Attributes:
        columns: the factors.
        form: the whole sum in one line, with indexes: `Σ gy[n,3] x[n,5] over n < 100`.
        note: what the n-th term has to do with, such as the op that a contribution came from.
    """

    columns: tuple[Column, ...]
    form: str = ""
    note: Callable[[int], str] = lambda n: ""

    def values(self) -> np.ndarray:
        """The products, float64, flat."""
        with np.errstate(all="ignore"):
            product: np.ndarray | float = 1.0
            for column in self.columns:
                product = product * column.values
        return np.atleast_1d(np.asarray(product, np.float64)).ravel()

    def term(self, n: int, value: float) -> Term:
        """The n-th term, with names."""
        factors = []
        for column in self.columns:
            single = np.ndim(column.values) == 0
            number = column.values if single else np.ravel(column.values)[n]
            factors.append(Factor(column.name(n), float(number)))
        return Term(tuple(factors), float(value), self.note(n))


@dataclass(frozen=True, slots=True)
class Factor:
    """A named number: `gy[0,3]` and its value."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Term:
    """A product of factors. `note` says where it comes from, if the factors don't."""

    factors: tuple[Factor, ...]
    value: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The terms of one element.

    Attributes:
        address, seq: the event that made it.
        name: the element: `gW[3,5]`.
        role: its tensor: `gW`; `variable` is that tensor's variable, or "".
        element: its indexes.
        shape, dtype: of its tensor.
        recorded: the value in the log.
        terms: the largest by absolute value, largest first.
        count: how many terms there are; `zeros` of them are zero.
        total: the sum of all terms, float64.
        covered: which part of the sum of absolute values the listed terms are, 0 to 1.
        formula: the op's formula, the part that is about this tensor.
        forms: the formula for this element, with its indexes; one a sum.
        shapes: the tensors that take part, with shape and variable, in words.
        notes: what else is to be known.
        how: where the terms come from, in words.
        where: the user's line, or "".
    """

    address: str
    seq: int
    name: str
    role: str
    element: Element
    shape: tuple[int, ...]
    dtype: str
    recorded: float
    terms: list[Term]
    count: int
    zeros: int
    total: float
    covered: float
    formula: str = ""
    forms: list[str] = field(default_factory=list)
    shapes: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    how: str = ""
    where: str = ""
    variable: str = ""

    @property
    def followed(self) -> str | None:
        """The gradient in the largest term: `gy[0,3]`; None where there is none."""
        if not self.terms:
            return None
        return next((factor.name for factor in self.terms[0].factors if _GRADIENT.match(factor.name)), None)

    @property
    def error(self) -> float:
        """By how much the sum of the terms misses the recorded value."""
        return abs(self.total - self.recorded)

    @property
    def rounding(self) -> float:
        """How far off rounding in the recorded dtype may have brought the recorded value."""
        kind = np.dtype(self.dtype)
        return float(np.finfo(kind).eps) if kind.kind == "f" else 0.0
