"""Whole trainings give the losses that real Chainer 7.8.1 gave; one goes on from Chainer's snapshot."""

from __future__ import annotations

import json
import pathlib

import numpy as np
import pytest
from training_case import make_trainer, train
from training_scripts import SCRIPTS, losses_of

import engine

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def recorded():
    return json.loads((HERE / "training_log.json").read_text(encoding="utf-8"))


def assert_same_log(found, expected):
    assert [sorted(entry) for entry in found] == [sorted(entry) for entry in expected]
    for got, want in zip(found, expected, strict=True):
        for name, value in want.items():
            assert got[name] == pytest.approx(value, rel=2e-5, abs=1e-6), (want["epoch"], name)


def test_training_gives_the_log_that_chainer_gave(recorded, tmp_path):
    assert_same_log(train(engine, tmp_path), recorded)


def test_a_training_goes_on_from_chainers_snapshot_as_chainers_did(recorded, tmp_path):
    trainer = make_trainer(engine, tmp_path)
    engine.serializers.load_npz(HERE / "training_snapshot.npz", trainer)
    assert (trainer.updater.iteration, trainer.updater.epoch) == (12, 2)
    np.random.seed(0)
    trainer.run()
    log = trainer.get_extension("LogReport").log
    for entry in log:
        entry.pop("elapsed_time")
    assert_same_log(log[:2], recorded[:2])
    assert [entry["epoch"] for entry in log] == [1, 2, 3, 4]
    # The order of epoch 3 was drawn before the snapshot, so its losses are Chainer's own.
    assert log[2]["main/loss"] == pytest.approx(recorded[2]["main/loss"], rel=2e-5)
    assert log[2]["alpha"] == pytest.approx(recorded[2]["alpha"])


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_has_the_losses_that_it_had_with_chainer(name):
    losses = json.loads((HERE / "training_losses.json").read_text(encoding="utf-8"))[name]
    assert losses_of(name, engine) == pytest.approx(losses, rel=2e-5)


def test_chainers_none_is_read_without_pickle():
    model = engine.Sequential(engine.links.Linear(None, 3), engine.links.Linear(3, 2))
    engine.serializers.load_npz(HERE / "model_without_shape.npz", model)
    assert model[0].W.array is None
    with np.load(HERE / "model_without_shape.npz", allow_pickle=False) as npz:
        np.testing.assert_array_equal(model[1].W.array, npz["1/W"])
        with pytest.raises(ValueError, match="allow_pickle"):
            npz["0/W"]
