"""Where activations are flat, and where they bend: worked out from the formulas of the engine's ops."""

from __future__ import annotations

import numpy as np
import pytest

import engine.functions  # noqa: F401  defines the ops
from bpdebug.formula.activation import activation, slopes_beside
from engine.functions.op import every_op

FORMULAS = {op.op_name: op.formula for op in every_op() if op.x_roles == ("x",)}
SETTINGS = {"alpha": 1.5, "z": 6.0, "slope": 0.2, "beta": 1.0, "low": -1.0, "high": 1.0, "c": 2.0}
SQUASH = {"sigmoid", "tanh", "hard_sigmoid", "clipped_relu", "clip", "erf", "erfc", "arctan", "ndtr"}
RECTIFY = {"relu", "elu", "softplus"}


def test_the_ops_with_flat_ends_are_known_from_their_formulas():
    known = {name: activation(formula, SETTINGS) for name, formula in FORMULAS.items()}
    squash = {name for name, found in known.items() if found is not None and found.squashes}
    one_sided = {
        name
        for name, found in known.items()
        if found is not None and found.low_end is not None and found.high_end is None
    }
    assert squash == SQUASH
    assert one_sided == RECTIFY


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("sigmoid", -4.59, 4.59),
        ("tanh", -2.29, 2.29),
        ("hard_sigmoid", -2.5, 2.5),
        ("arctan", -4.9, 4.9),
        ("clipped_relu", 0, 6),
        ("elu", -3.2, None),
        ("relu", 0, None),
    ],
)
def test_the_ends_begin_where_a_25th_of_the_steepest_slope_is_left(name, low, high):
    found = activation(FORMULAS[name], SETTINGS)
    assert found.low_end == pytest.approx(low, abs=0.15)
    assert found.high_end == (None if high is None else pytest.approx(high, abs=0.15))


def test_elements_are_told_apart_by_their_end():
    x = np.array([-9.0, -1.0, 0.0, 1.0, 9.0])
    assert activation(FORMULAS["tanh"], {}).flat(x).tolist() == [-1, 0, 0, 0, 1]
    assert activation(FORMULAS["elu"], SETTINGS).flat(x).tolist() == [-1, 0, 0, 0, 0]
    assert activation(FORMULAS["clipped_relu"], SETTINGS).flat(x).tolist() == [-1, -1, -1, 0, 1]
    assert activation(FORMULAS["elu"], SETTINGS).low_value == pytest.approx(-1.5)
    assert activation(FORMULAS["sigmoid"], {}).slope(0.0) == pytest.approx(1)


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("relu", 0.0, (0, 1)),
        ("leaky_relu", 0.0, (0.2, 1)),
        ("absolute", 0.0, (-1, 1)),
        ("clipped_relu", 6.0, (1, 0)),
        ("hard_sigmoid", -2.5, (0, 0.2)),
        ("hard_sigmoid", 2.5, (0.2, 0)),
        ("clip", 1.0, (1, 0)),
        ("elu", 0.0, (1.5, 1)),
    ],
)
def test_kinks_are_found_where_the_slopes_differ(name, x, expected):
    assert slopes_beside(FORMULAS[name], SETTINGS, x) == pytest.approx(expected, rel=1e-6)
    assert slopes_beside(FORMULAS[name], SETTINGS, x + 0.25) is None


@pytest.mark.parametrize("name", ["softplus", "tanh", "square", "exp"])
def test_smooth_functions_have_no_kinks(name):
    assert all(slopes_beside(FORMULAS[name], SETTINGS, x) is None for x in (-1.0, 0.0, 0.5, 3.0))


@pytest.mark.parametrize(
    "formula",
    [
        "",
        "y = x",
        "y = f x;  gx = gy * g x",
        "y = 1 / y;  gx = gy * s;  s = s",
        "y = x where;  gx = gy",
        "y = a;  a = b;  b = a;  gx = gy",
    ],
)
def test_other_formulas_say_nothing(formula):
    assert activation(formula, {}) is None
    assert slopes_beside(formula, {}, 0.0) is None


def test_names_that_are_defined_by_many_others_are_worked_out_once():
    deep = ";  ".join(f"a{n} = {' '.join([f'a{n + 1}'] * 40)}" for n in range(30))
    assert activation(f"y = x;  gx = gy a0;  {deep};  a30 = 1", {}) is not None
