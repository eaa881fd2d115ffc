"""Formulas are read as the arithmetic that they are, and only where they are."""

from __future__ import annotations

import pytest

from bpdebug.formula import parse, statements, text


def read(formula):
    node = parse(formula)
    return None if node is None else text(node, str)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("gy * y * (1 - y)", "gy · y · (1 − y)"),
        ("gy / (2 y)", "gy / (2 y)"),
        ("gy / sqrt(1 - x^2)", "gy / √(1 − x²)"),
        ("1 / (1 + e^-x)", "1 / (1 + e^−x)"),
        ("x where x >= 0, else alpha (e^x - 1)", "x where x ≥ 0, else alpha (e^x − 1)"),
        ("c (|x-t| - c/2)", "c (|x − t| − c / 2)"),
        ("log(1 + e^(beta x)) / beta", "log(1 + e^(beta x)) / beta"),
        ("min(max(0, 0.2 x + 0.5), 1)", "min(max(0, 0.2 x + 0.5), 1)"),
        ("gy where 0 < x < z, else 0", "gy where 0 < x < z, else 0"),
        ("-gy * a / b^2, each summed over the axes along which it was stretched", "−gy · a / b²"),
        ("sum of (a - b)^2 / n", "Σ (a − b)² / n"),
        ("log x / log 2", "log(x) / log(2)"),
    ],
)
def test_arithmetic_is_read(formula, said):
    assert read(formula) == said


@pytest.mark.parametrize(
    "formula",
    [
        "sum of x over the axes",
        "x0, x1, ... one behind the other",
        "gy at that element, 0 elsewhere",
        "the largest x of the window",
        "max(x)",
        "gy where x >= 0",
        "a + ",
        "(a",
        "a)",
        "|a",
        "1.2.3",
        "",
        "\x1b[31m",
        "(" * 60 + "x" + ")" * 60,
        "-" * 10 + "x",
        "log " * 60 + "x",
        "x^" * 60 + "x",
        "x + " * 200 + "x",
    ],
)
def test_words_and_nonsense_are_left_alone(formula):
    assert parse(formula) is None


def test_statements_are_found_by_the_name_that_they_define():
    found = statements("s = sigmoid(b x);  y = x s;  each gx = gy;  no gradient")
    assert found == {"s": "sigmoid(b x)", "y": "x s", "gx": "gy"}
