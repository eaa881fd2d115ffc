"""What the rules say of a run that kept no values: nothing that isn't so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.functions as F
from bpdebug.diagnosis import diagnose
from bpdebug.diagnosis.report import finding_lines
from engine import Variable, optimizers
from tests.support.watched import MLP, T, Watched, X


@pytest.mark.parametrize("capture", ["none", "stats", "full"])
def test_a_nan_that_the_script_writes_into_an_array_is_not_blamed_on_the_op_that_made_it(
    capture: str, tmp_path: Path
) -> None:
    watched = Watched(tmp_path / "run", capture)
    model = MLP()
    optimizer = optimizers.SGD().setup(model)
    for i in range(3):
        h = F.sigmoid(model.l1(X))
        if i == 1:
            h.array[0, 0] = np.nan
        loss = F.mean_squared_error(model.l2(h), T)
        model.cleargrads()
        loss.backward()
        optimizer.update()
    with watched.read() as reader:
        (finding,) = diagnose(reader)
    assert finding.code == "changed-in-place"
    assert "output 0 of sigmoid was changed in place" in finding.message
    (nan,) = (symptom for symptom in finding.symptoms if symptom.code == "nan-in-forward")
    assert nan.message.startswith("sigmoid gives finite values, and what then goes into linear is not finite")
    assert nan.address == "it1/forward/MLP.l2/linear"


def test_operands_that_were_not_kept_are_not_shown(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run", "none")
    model = MLP()
    optimizer = optimizers.SGD().setup(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        _train(model, optimizer, lambda: F.sum(F.log(0 * model(X))))
    with watched.read() as reader:
        (finding,) = (one for one in diagnose(reader) if one.code == "nan-in-forward")
    assert "log makes the first value that is not finite" in finding.message
    assert not [line for line in finding_lines(finding) if "operand:" in line]


def test_data_that_were_not_kept_are_told_of_without_a_value(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "run", "none")
    model = MLP()
    optimizer = optimizers.SGD().setup(model)
    _train(model, optimizer, lambda: F.mean_squared_error(model(Variable(np.where(X, np.nan, X))), T))
    with watched.read() as reader:
        (finding,) = (one for one in diagnose(reader) if one.code == "nan-in-data")
    assert finding.message == "the data that go into linear hold values that are not finite"


def _train(model: MLP, optimizer: Any, lossfun: Callable[[], Any]) -> None:
    loss = lossfun()
    model.cleargrads()
    loss.backward()
    optimizer.update()
