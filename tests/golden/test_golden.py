"""The engine gives what real Chainer 7.8.1 gave: recorded values, recomputed here."""

from __future__ import annotations

import importlib
import json
import pathlib
import pkgutil
import sys

import numpy as np
import pytest
from cases import CASES, EXACT, FILES, run_case
from printed import assert_same_text
from record import SAMPLES, run_sample

import engine

HERE = pathlib.Path(__file__).parent

# How many roundings apart two results may be, in units of the dtype's epsilon at the array's largest
# element: the same sums, added in another order by another BLAS. It grows with every step that builds on the
# one before.
ONE_OP = 16
FEW_STEPS = 64
TRAINED = 4096


def tolerance_of(case: str) -> float:
    """How many epsilons the arrays of `case` may differ."""
    if case in ("sample.xor", "sample.digits") or case.startswith(
        "rule.MSVAG"
    ):  # it divides rounding errors by 1e-4
        return TRAINED
    return (
        FEW_STEPS
        if case.startswith(("optimizer.", "sample.", "link.", "rule.", "function."))
        or case.endswith("_steps")
        else ONE_OP
    )


@pytest.fixture(scope="module")
def golden():
    """The recorded arrays: case -> name -> array."""
    arrays = {}
    for kept in FILES:
        with np.load(HERE / f"{kept}.npz", allow_pickle=False) as file:
            for key in file.files:
                case, name = key.split(":", 1)
                arrays.setdefault(case, {})[name] = file[key]
    return arrays


def assert_equal(case, found, expected):
    """The same names, dtypes, shapes, and values up to the rounding that `case` allows."""
    assert sorted(found) == sorted(expected)
    for name, want in expected.items():
        got = found[name]
        assert (got.dtype, got.shape) == (want.dtype, want.shape), f"{case}:{name}"
        if case in EXACT or want.dtype.kind not in "fc" or name == "next_random":
            np.testing.assert_array_equal(got, want, err_msg=f"{case}:{name}")
            continue
        size = np.abs(want[np.isfinite(want)]).max(initial=0)
        apart = tolerance_of(case) * np.finfo(want.dtype).eps * size
        np.testing.assert_allclose(got, want, rtol=0, atol=apart, equal_nan=True, err_msg=f"{case}:{name}")


def test_every_case_was_recorded(golden):
    """No case without golden values and no golden values without a case."""
    samples = {f"sample.{path.stem}" for path in SAMPLES.glob("*.py")}
    assert set(golden) == set(CASES) | samples


@pytest.mark.parametrize("case", CASES)
def test_engine_computes_what_chainer_computed(case, golden):
    assert_equal(case, run_case(case, engine), golden[case])


@pytest.fixture
def engine_as_chainer(monkeypatch):
    """Let `import chainer` in this process give the engine's own modules."""
    monkeypatch.setitem(sys.modules, "chainer", engine)
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if "cuda" not in module.name:
            alias = "chainer" + module.name.removeprefix("engine")
            monkeypatch.setitem(sys.modules, alias, importlib.import_module(module.name))


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_sample_computes_what_it_computed_under_chainer(path, golden, engine_as_chainer):
    printed, arrays = run_sample(path)
    assert_equal(f"sample.{path.stem}", arrays, golden[f"sample.{path.stem}"])
    outputs = json.loads((HERE / "sample_outputs.json").read_text(encoding="utf-8"))
    assert_same_text(printed, outputs[path.stem])


def test_a_slightly_wrong_value_is_noticed(golden):
    """The comparison itself: one element wrong by 0.1 % must fail, and say where."""
    expected = golden["op.tanh"]
    wrong = {name: array.copy() for name, array in expected.items()}
    wrong["f4.gx0"][0, 0] *= 1.001
    with pytest.raises(AssertionError, match=r"op\.tanh:f4\.gx0"):
        assert_equal("op.tanh", wrong, expected)


def test_a_drawn_random_number_too_many_is_noticed(golden):
    expected = golden["dropout"]
    wrong = expected | {"next_random": expected["next_random"] + 1e-9}
    with pytest.raises(AssertionError, match="next_random"):
        assert_equal("dropout", wrong, expected)
