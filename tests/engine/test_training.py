"""The training loop: triggers, updaters, extensions and what they write."""

from __future__ import annotations

import io
import json
import os
import sys

import numpy
import pytest

import engine
from engine import links as L
from engine import training
from engine.training import extensions, triggers

X = numpy.random.RandomState(0).rand(12, 4).astype("f4")
T = (numpy.arange(12) % 3).astype("i4")


def make_trainer(out, stop=(2, "epoch"), **options):
    """Three iterations an epoch."""
    numpy.random.seed(0)
    optimizer = engine.optimizers.SGD(0.1).setup(L.Classifier(L.Linear(4, 3)))
    iterator = engine.iterators.SerialIterator(engine.datasets.TupleDataset(X, T), 4)
    return training.Trainer(training.StandardUpdater(iterator, optimizer, **options), stop, out=str(out))


def iterations_at_which(trigger, out, stop=(4, "epoch")):
    fired = []
    trainer = make_trainer(out, stop)
    trainer.extend(lambda trainer: fired.append(trainer.updater.iteration), name="note", trigger=trigger)
    trainer.run()
    return fired


# ---- triggers ----


@pytest.mark.parametrize(
    ("trigger", "fired"),
    [
        ((5, "iteration"), [5, 10]),
        ((2, "epoch"), [6, 12]),
        ((0.5, "epoch"), [2, 3, 5, 6, 8, 9, 11, 12]),
        (None, list(range(1, 13))),
        (lambda trainer: trainer.updater.iteration == 4, [4]),
        (triggers.ManualScheduleTrigger([2, 5], "iteration"), [2, 5]),
        (triggers.ManualScheduleTrigger(2, "epoch"), [6]),
        (triggers.OnceTrigger(), [1]),
        (triggers.TimeTrigger(1e9), []),
    ],
)
def test_a_trigger_fires_when_it_should(trigger, fired, tmp_path):
    assert iterations_at_which(trigger, tmp_path) == fired


class Observed:
    """A trainer that shows one value an iteration, with two iterations an epoch."""

    def __init__(self, values):
        self.values = values
        self.updater = self
        self.iteration = 0

    @property
    def epoch_detail(self):
        return self.iteration / 2

    @property
    def epoch(self):
        return self.iteration // 2

    @property
    def observation(self):
        return {"x": self.values[self.iteration - 1]}

    def fired(self, trigger):
        fired = []
        for _ in self.values:
            self.iteration += 1
            if trigger(self):
                fired.append(self.iteration)
        return fired


def test_best_value_triggers_compare_the_means_of_intervals():
    values = [3, 3, 1, 3, 9, 0, 1, 1]  # means 3, 2, 4.5, 1
    assert Observed(values).fired(triggers.MinValueTrigger("x")) == [2, 4, 8]
    assert Observed(values).fired(triggers.MaxValueTrigger("x")) == [2, 6]


def test_early_stopping_waits_for_its_patience():
    values = [3, 3, 2, 2, 5, 5, 2, 2, 1, 1]
    stopping = triggers.EarlyStoppingTrigger(monitor="x", patience=2, max_trigger=(9, "epoch"))
    assert Observed(values).fired(stopping)[0] == 8
    longest = triggers.EarlyStoppingTrigger(monitor="x", patience=99, max_trigger=(3, "epoch"))
    assert Observed(values).fired(longest)[0] == 6
    assert longest.get_training_length() == (3, "epoch")


def test_wrong_triggers_are_refused():
    with pytest.raises(ValueError, match="Trigger unit must be either 'epoch' or 'iteration'"):
        training.get_trigger((1, "day"))
    with pytest.raises(TypeError, match="a trigger is a pair"):
        training.get_trigger(3)


# ---- the trainer ----


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


# ---- extensions ----


def test_log_and_table_have_one_entry_an_epoch(tmp_path):
    out = io.StringIO()
    trainer = make_trainer(tmp_path)
    trainer.extend(extensions.LogReport(postprocess=lambda entry: entry.update(mine=7)))
    trainer.extend(extensions.PrintReport(["epoch", "iteration", "main/accuracy", "none"], out=out))
    trainer.extend(extensions.observe_lr())
    trainer.run()
    log = json.loads((tmp_path / "log").read_text(encoding="utf-8"))
    assert [(entry["epoch"], entry["iteration"], entry["lr"], entry["mine"]) for entry in log] == [
        (1, 3, 0.1, 7),
        (2, 6, 0.1, 7),
    ]
    lines = out.getvalue().splitlines()
    assert lines[0] == "epoch       iteration   main/accuracy  none      "
    assert lines[1].startswith("\033[J1           3           0.333333")
    assert os.listdir(tmp_path) == ["log"]


def test_evaluation_is_without_graph_and_in_evaluation_mode(tmp_path):
    modes = []

    def eval_func(x, t):
        modes.append((engine.config.train, engine.config.enable_backprop))
        engine.report({"size": len(x)}, model)

    model = L.Classifier(L.Linear(4, 3))
    dataset = engine.datasets.TupleDataset(X, T)
    iterator = engine.iterators.SerialIterator(dataset, 5, repeat=False, shuffle=False)
    evaluator = extensions.Evaluator(iterator, model, eval_func=eval_func)
    assert evaluator() == {"main/size": 4.0}
    assert modes == [(False, False)] * 3
    assert evaluator() == {"main/size": 4.0}  # the iterator begins anew
    with pytest.raises(ValueError, match="repeat=False"):
        extensions.Evaluator(engine.iterators.SerialIterator(dataset, 5), model)


def test_the_progress_bar_draws_over_itself(tmp_path):
    out = io.StringIO()
    trainer = make_trainer(tmp_path, (2, "iteration"))
    trainer.extend(extensions.ProgressBar(update_interval=1, bar_length=4, out=out))
    trainer.run()
    first, second, last = out.getvalue().split("\033[4A")
    assert first.splitlines()[:3] == [
        "\033[J     total [##..] 50.00%",
        "this epoch [#...] 33.33%",
        "         1 iter, 0 epoch / 2 iterations",
    ]
    assert "total [####] 100.00%" in second
    assert last == "\033[J"


@pytest.mark.parametrize(
    ("shift", "values"),
    [
        (extensions.ExponentialShift("lr", 0.5), [0.1, 0.05, 0.025, 0.0125]),
        (extensions.ExponentialShift("lr", 2, init=1, target=3), [1, 2, 3, 3]),
        (extensions.LinearShift("lr", (1, 0), (1, 3)), [1, 1, 0.5, 0]),
        (extensions.InverseShift("lr", 0.5, 2, init=1), [1, 1 / 2.25, 0.25, 0.16]),
        (extensions.MultistepShift("lr", 0.1, [2], 1), [1, 1, 0.1, 0.1]),
        (extensions.PolynomialShift("lr", 2, 2, init=1), [1, 0.25, 0, 0]),
        (extensions.PolynomialShift("lr", 2, 2, init=1, target=0.1), [1, 0.25, 0.1, 0.1]),
        (extensions.StepShift("lr", 0.1, 2, init=1), [1, 1, 0.1, 0.1]),
        (extensions.WarmupShift("lr", 0, 2, 1), [0, 0.5, 1, 1]),
    ],
)
def test_a_shift_changes_the_hyperparameter(shift, values, tmp_path):
    trainer = make_trainer(tmp_path, (3, "iteration"))
    optimizer = trainer.updater.get_optimizer("main")
    seen = []
    trainer.extend(shift)
    trainer.extend(lambda _: seen.append(optimizer.lr), name="z", priority=1, call_before_training=True)
    trainer.run()
    assert seen == pytest.approx(values)


def test_only_the_latest_snapshots_are_kept_and_the_latest_is_loaded(tmp_path):
    trainer = make_trainer(tmp_path, (4, "epoch"))
    trainer.extend(extensions.snapshot(n_retains=2))
    trainer.run()
    assert sorted(os.listdir(tmp_path)) == ["snapshot_iter_12", "snapshot_iter_9"]
    weights = trainer.updater.get_optimizer("main").target.predictor.W.array
    resumed = make_trainer(tmp_path, (4, "epoch"))
    resumed.extend(extensions.snapshot(autoload=True))
    resumed.run()
    assert resumed.updater.iteration == 12
    numpy.testing.assert_array_equal(resumed.updater.get_optimizer("main").target.predictor.W.array, weights)
    with numpy.load(tmp_path / "snapshot_iter_12") as snapshot:
        assert resumed.elapsed_time > snapshot["_snapshot_elapsed_time"] > 0


WRITERS = ["SimpleWriter", "ThreadWriter", "ThreadQueueWriter", "ProcessWriter", "ProcessQueueWriter"]


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("writer", WRITERS)
def test_every_writer_has_written_when_the_training_ends(writer, tmp_path):
    trainer = make_trainer(tmp_path, (2, "epoch"))
    model = trainer.updater.get_optimizer("main").target
    writers = extensions.snapshot_writers
    trainer.extend(
        extensions.snapshot_object(model, "model_{.updater.epoch}", writer=getattr(writers, writer)())
    )
    trainer.run()
    assert sorted(os.listdir(tmp_path)) == ["model_1", "model_2"]
    loaded = L.Classifier(L.Linear(4, 3))
    engine.serializers.load_npz(tmp_path / "model_2", loaded)
    numpy.testing.assert_array_equal(loaded.predictor.W.array, model.predictor.W.array)


def refuse_to_save(path, target):
    raise OSError("no space left")


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
@pytest.mark.parametrize("writer", WRITERS[1:])
def test_a_snapshot_that_was_not_written_raises_at_the_end(writer, tmp_path, capfd):
    made = getattr(extensions.snapshot_writers, writer)(savefun=refuse_to_save)
    made("file", str(tmp_path), {"x": numpy.ones(1)})
    with pytest.raises((OSError, RuntimeError), match=r"no space left|ended with status 1"):
        made.finalize()
    assert os.listdir(tmp_path) == []


def test_a_failed_training_leaves_a_snapshot_if_asked(tmp_path):
    trainer = make_trainer(tmp_path)
    trainer.extend(extensions.snapshot(snapshot_on_error=True), trigger=(9, "epoch"))
    trainer.updater.get_optimizer("main").target.predictor.W.array[0, 0] = numpy.nan
    trainer.extend(extensions.FailOnNonNumber())
    with pytest.raises(RuntimeError, match=r"optimizer 'main' diverge.*\n/predictor/W holds inf or NaN"):
        trainer.run(show_loop_exception_msg=False)
    assert os.listdir(tmp_path) == ["snapshot_iter_1"]


def test_the_graph_is_written_once_and_graphs_are_not_kept_after(tmp_path):
    trainer = make_trainer(tmp_path)
    trainer.extend(extensions.DumpGraph("main/loss"))
    trainer.run()
    text = (tmp_path / "cg.dot").read_text(encoding="utf-8")
    assert text.startswith("digraph graphname{rankdir=TB;")
    for label in ("LinearFunction", "SoftmaxCrossEntropy", "W: (3, 4), float32", "(4), int32"):
        assert f'label="{label}"' in text
    assert not engine.config.keep_graph_on_report


def test_micro_average_divides_the_sums(tmp_path):
    trainer = make_trainer(tmp_path, (1, "epoch"))

    @training.make_extension(priority=250)
    def count(trainer):
        engine.report({"right": trainer.updater.iteration, "all": 4})

    trainer.extend(count)
    trainer.extend(extensions.MicroAverage("right", "all", "ratio"))
    trainer.extend(extensions.LogReport())
    trainer.run()
    assert trainer.get_extension("LogReport").log[0]["ratio"] == 0.5


def test_parameter_statistics_are_named_after_parameters(tmp_path):
    trainer = make_trainer(tmp_path, (1, "epoch"))
    model = trainer.updater.get_optimizer("main").target
    statistics = {"mean": lambda x: x.mean(), "two": lambda x: numpy.array([1.0, 2.0])}
    trainer.extend(
        extensions.ParameterStatistics(model.predictor, statistics, report_grads=False, prefix="p")
    )
    trainer.extend(extensions.LogReport())
    trainer.run()
    entry = trainer.get_extension("LogReport").log[0]
    assert entry["p/predictor/W/data/two/1"] == 2.0
    assert "p/predictor/b/data/mean" in entry


def test_plots_need_matplotlib_and_say_so(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.warns(UserWarning, match=r"pip install 'bpdebug\[plot\]'"):
        extension = extensions.PlotReport(["main/loss"])
    trainer = make_trainer(tmp_path)
    trainer.extend(extension)
    trainer.run()
    assert os.listdir(tmp_path) == []


def test_a_plot_is_written(tmp_path):
    pytest.importorskip("matplotlib")
    trainer = make_trainer(tmp_path)
    trainer.extend(extensions.PlotReport(["main/loss"], "epoch"))
    trainer.run()
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_a_graph_without_variables_joins_the_ops():
    x = engine.Variable(numpy.ones((2, 3), "f4"), name="x")
    y = engine.functions.sum(x * x + 1)
    build = engine.computational_graph.build_computational_graph
    whole = build([y])
    assert (len(whole.nodes), len(whole.edges)) == (7, 6)
    text = build([y], remove_variable=True, rankdir="LR").dump()
    assert text.count("->") == 2
    assert "octagon" not in text
    with pytest.raises(NotImplementedError, match="only dot format"):
        whole.dump("pdf")
