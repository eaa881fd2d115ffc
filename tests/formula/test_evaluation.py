"""Formulas have the values that arithmetic gives them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bpdebug.formula import UnknownName, evaluate, names_in, parse
from bpdebug.formula.evaluation import holds

X = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])


def value(formula, **names):
    node = parse(formula)
    assert node is not None

    def lookup(name):
        if name not in names:
            raise UnknownName(name)
        return names[name]

    return evaluate(node, lookup)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1 / (1 + e^-x)", 1 / (1 + np.exp(-X))),
        ("sigmoid x", 1 / (1 + np.exp(-X))),
        ("2 x^2 - x / 4 + 1", 2 * X**2 - X / 4 + 1),
        ("-x^2", -(X**2)),
        ("2^-x", 2**-X),
        ("|x - 1| |x|", np.abs(X - 1) * np.abs(X)),
        ("x where -1 < x <= 0.5, else 3", np.where((X > -1) & (X <= 0.5), X, 3)),
        ("1 where x != 0, else 2 where x = 0, else 3", np.where(X != 0, 1, 2)),
        ("max(x, 0) - min(x, 0)", np.abs(X)),
        ("erf x + erfc x", np.ones(5)),
        ("sqrt x^2 / sqrt(2 pi)", np.abs(X) / math.sqrt(2 * math.pi)),
        ("trunc(x / 0.4) + sign x", np.trunc(X / 0.4) + np.sign(X)),
    ],
)
def test_values_are_those_of_numpy(formula, expected):
    assert value(formula, x=X) == pytest.approx(expected, rel=1e-15)


def test_division_by_zero_and_overflow_are_values():
    assert value("1 / x", x=np.zeros(1))[0] == math.inf
    assert value("e^x", x=1e9) == math.inf
    assert np.isnan(value("x / x", x=np.zeros(1))[0])


def test_an_unknown_name_and_a_total_within_are_refused():
    with pytest.raises(UnknownName, match="y"):
        value("x + y", x=X)
    with pytest.raises(UnknownName):
        value("x / sum of x", x=X)


def test_names_stand_in_the_order_of_the_text_without_constants():
    assert list(names_in(parse("gy b a^(b-1) e^x pi where |c| > z, else log d"))) == [
        "gy", "b", "a", "b", "x", "c", "z", "d",
    ]  # fmt: skip


def test_a_bare_name_holds_where_it_is_not_zero():
    assert holds(parse("kept"), lambda _: np.array([True, False])).tolist() == [True, False]
