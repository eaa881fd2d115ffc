"""Names that are no part of what a model needs, but that scripts and test suites written for Chainer import."""

from __future__ import annotations

import importlib
import importlib.util

import numpy
import pytest

import engine
from engine import Variable, gradient_check, iterators, links
from engine.training import extensions


@pytest.mark.parametrize(
    ("flag", "package"),
    [
        ("datasets.image_dataset.available", "PIL"),
        ("links.model.vision.vgg.available", "PIL"),
        ("links.model.vision.resnet.available", "PIL"),
        ("links.model.vision.googlenet.available", "PIL"),
        ("serializers.hdf5._available", "h5py"),
        ("function_hooks.cupy_memory_profile.memory_hook_available", "cupy"),
        ("functions.math.erfinv.available_cpu", "scipy"),
        ("functions.math.ndtri.available_cpu", "scipy"),
    ],
)
def test_a_flag_says_whether_a_package_is_there(flag: str, package: str) -> None:
    module, _, name = flag.rpartition(".")
    found = getattr(importlib.import_module(f"engine.{module}"), name)
    assert found is (importlib.util.find_spec(package) is not None)


def test_static_graphs_are_marked_by_their_long_names_too() -> None:
    whole = importlib.import_module("engine.graph_optimizations")
    part = importlib.import_module("engine.graph_optimizations.static_graph")
    utilities = importlib.import_module("engine.graph_optimizations.static_graph_utilities")
    assert whole.static_graph is part.static_graph is engine.static_graph
    assert whole.static_code is utilities.static_code is engine.static_code


def test_a_check_of_gradients_can_be_made_first_and_run_later() -> None:
    x = numpy.array([1.0, 2.0])

    def check(func: object) -> None:
        gradient_check._CheckBackward(
            func,
            (x,),
            (x,),
            (),
            1e-3,
            1e-5,
            1e-4,
            None,
            None,
            False,
            False,  # type: ignore[arg-type]
        ).run()

    check(lambda x: x * x)
    with pytest.raises(AssertionError, match="check_backward failed"):
        check(lambda x: Variable(x.array * x.array))


def test_an_evaluator_draws_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    dataset = [(numpy.ones(2, "f"), numpy.array(0, "i"))] * 8
    iterator = iterators.SerialIterator(dataset, 3, repeat=False, shuffle=False)
    model = links.Classifier(links.Linear(2, 2))
    with_bar = extensions.Evaluator(iterator, model, progress_bar=True)()
    drawn = capsys.readouterr().out
    assert "validation [##################................................] 37.50%" in drawn
    assert "         8 / 8 iterations" in drawn
    assert drawn.endswith("\033[3A\033[J")
    assert with_bar == extensions.Evaluator(iterator, model)()
    assert capsys.readouterr().out == ""
