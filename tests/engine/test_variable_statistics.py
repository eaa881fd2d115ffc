"""The plot of parameters' statistics: what it keeps, what it computes, and that it draws."""

from __future__ import annotations

import numpy as np
import pytest

from engine import links as L
from engine import testing
from engine.training.extensions import VariableStatisticsPlot
from engine.training.extensions.variable_statistics_plot import Reservoir, Statistician


def test_a_reservoir_keeps_each_item_with_equal_probability():
    np.random.seed(0)
    kept = np.zeros(6)
    for _ in range(600):
        reservoir = Reservoir(3, (1,))
        for item in range(6):
            reservoir.add(np.array([item]))
        numbers, data = reservoir.get_data()
        assert numbers.tolist() == sorted(set(data[:, 0].astype(int)))
        kept[numbers] += 1
    np.testing.assert_allclose(kept, 300, atol=60)


def test_a_reservoir_that_is_not_full_gives_what_it_has():
    reservoir = Reservoir(3, (2,))
    reservoir.add(np.ones(2), idx=7)
    numbers, data = reservoir.get_data()
    assert (numbers.tolist(), data.tolist()) == ([7], [[1, 1]])


def test_statistics_are_numpys():
    x = np.random.rand(4, 5)
    found = Statistician(True, True, (0, 50, 100))(x)
    np.testing.assert_array_equal(found["mean"], x.mean(0))
    np.testing.assert_array_equal(found["std"], x.std(0))
    np.testing.assert_array_equal(found["percentile"], np.percentile(x, (0, 50, 100), axis=0))
    assert set(Statistician(True, False, ())(x)) == {"mean"}


def test_statistics_of_several_parameters_are_means_over_them():
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    model = L.Linear(2, 3)
    model.W.array[...], model.b.array[...] = 1, 3
    plot = VariableStatisticsPlot([model, model.W], percentile_sigmas=50, report_grad=False)
    assert plot._row("data").tolist() == [2, 0, 2]


def test_nothing_to_draw_is_refused():
    model = L.Linear(2, 3)
    for arguments, message in (
        ({"targets": []}, "no variable"),
        (
            {"targets": model, "plot_mean": False, "plot_std": False, "percentile_sigmas": ()},
            "nothing to plot",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            VariableStatisticsPlot(**arguments)
    with pytest.raises(TypeError, match="nonsense"):
        VariableStatisticsPlot(model, nonsense=1)


def test_an_image_is_written_when_triggered(tmp_path):
    pytest.importorskip("matplotlib", reason="plots need matplotlib")
    model = L.Linear(2, 3)
    model.W.grad, model.b.grad = np.ones((3, 2), "f4"), None
    trainer = testing.get_trainer_with_mock_updater((3, "iteration"), 3)
    trainer.out = str(tmp_path)
    trainer.extend(VariableStatisticsPlot(model, filename="s.png", max_sample_size=2))
    trainer.run()
    assert (tmp_path / "s.png").read_bytes().startswith(b"\x89PNG")
