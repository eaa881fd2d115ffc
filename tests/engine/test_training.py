"""The training loop: trainer and updaters."""

from __future__ import annotations

import numpy
import pytest
from small_training import T, X, make_trainer

import engine
from engine import links as L
from engine import training
from engine.training import extensions


def test_extensions_are_called_by_priority_and_see_the_observation(tmp_path):
    calls = []

    def noting(name, priority):
        @training.make_extension(
            priority=priority,
            initializer=lambda trainer: calls.append(f"begin {name}"),
            finalizer=lambda: calls.append(f"end {name}"),
        )
        def note(trainer):
            calls.append((name, trainer.updater.iteration, sorted(trainer.observation)))

        return note

    trainer = make_trainer(tmp_path, (1, "iteration"))
    trainer.extend(noting("late", 100), name="late")
    trainer.extend(noting("early", 300), name="early", call_before_training=True)
    trainer.run()
    seen = ["main/accuracy", "main/loss"]
    assert calls == [
        "begin early",
        "begin late",
        ("early", 0, []),
        ("early", 1, seen),
        ("late", 1, seen),
        "end early",
        "end late",
    ]


def test_a_failure_is_shown_told_to_the_extensions_and_raised(tmp_path, capsys):
    class Failing(training.Extension):
        told = None
        finalized = False

        def __call__(self, trainer):
            raise ValueError("boom")

        def on_error(self, trainer, exc, tb):
            self.told = exc

        def finalize(self):
            self.finalized = True

    extension = Failing()
    trainer = make_trainer(tmp_path)
    trainer.extend(extension)
    with pytest.raises(ValueError, match="boom") as caught:
        trainer.run()
    assert extension.told is caught.value
    assert extension.finalized
    assert capsys.readouterr().err.startswith("Exception in main training loop: boom\nTraceback")


def test_names_are_made_unique_and_wrong_ones_refused(tmp_path):
    trainer = make_trainer(tmp_path)
    first, second = extensions.LogReport(), extensions.LogReport()
    trainer.extend(first)
    trainer.extend(second)
    assert trainer.get_extension("LogReport_1") is second
    with pytest.raises(ValueError, match="extension nope not found"):
        trainer.get_extension("nope")
    with pytest.raises(ValueError, match="prohibited"):
        trainer.extend(first, name="training")
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        trainer.extend(first, colour=1)


def test_a_trainer_runs_once_and_knows_its_time_only_from_then_on(tmp_path):
    trainer = make_trainer(tmp_path)
    with pytest.raises(RuntimeError, match="not been started"):
        _ = trainer.elapsed_time
    assert trainer.is_before_training
    trainer.run()
    assert trainer.elapsed_time > 0
    assert (trainer.updater.iteration, trainer.updater.epoch) == (6, 2)
    assert trainer.updater.get_optimizer("main").epoch == 2
    with pytest.raises(RuntimeError, match="multiple times"):
        trainer.run()


@pytest.mark.parametrize("form", [tuple, dict, numpy.asarray])
def test_a_batch_reaches_the_loss_as_arguments(form, tmp_path):
    seen = []
    link = L.Linear(4, 3)

    def loss_func(*args, **kwargs):
        seen.append((len(args), sorted(kwargs)))
        return engine.functions.sum(link(kwargs["x"] if kwargs else args[0]))

    example = {tuple: (X[0], T[0]), dict: {"x": X[0], "t": T[0]}}.get(form, X[0])
    iterator = engine.iterators.SerialIterator([example] * 4, 2)
    optimizer = engine.optimizers.SGD().setup(link)
    training.StandardUpdater(iterator, optimizer, loss_func=loss_func, device="@numpy").update()
    assert seen == [{tuple: (2, []), dict: (0, ["t", "x"])}.get(form, (1, []))]


def test_parallel_models_update_as_one_with_summed_gradients(tmp_path):
    def trained(make):
        numpy.random.seed(0)
        model = L.Classifier(L.Linear(4, 3))
        optimizer = engine.optimizers.SGD(0.1).setup(model)
        iterator = engine.iterators.SerialIterator(engine.datasets.TupleDataset(X, T), 4)
        trainer = training.Trainer(make(iterator, optimizer), (1, "iteration"), out=str(tmp_path))
        trainer.run()
        return model.predictor.W.array, trainer.observation

    start = trained(lambda i, o: training.StandardUpdater(i, o, loss_func=lambda x, t: o.target(x, t) * 0))[0]
    one, _ = trained(training.StandardUpdater)
    devices = {"main": "@numpy", "other": "@numpy"}
    two, observed = trained(lambda i, o: training.ParallelUpdater(i, o, devices=devices))
    assert sorted(observed) == ["main/accuracy", "main/loss", "other/accuracy", "other/loss"]
    numpy.testing.assert_allclose(two - start, 2 * (one - start), rtol=1e-4, atol=1e-6)
