"""The training loop's extensions and what they write."""

from __future__ import annotations

import io
import json
import os
import sys
from unittest import mock

import numpy
import pytest
from small_training import T, X, make_trainer

import engine
from engine import links as L
from engine import training
from engine.training import extensions


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
    with pytest.warns(UserWarning, match="repeat=False"):
        extensions.Evaluator(engine.iterators.SerialIterator(dataset, 5), model)


def test_what_is_called_before_training_is_logged_for_iteration_0(tmp_path):
    trainer = make_trainer(tmp_path, (1, "epoch"))
    dataset = engine.datasets.TupleDataset(X, T)
    iterator = engine.iterators.SerialIterator(dataset, 5, repeat=False, shuffle=False)
    model = trainer.updater.get_optimizer("main").target
    trainer.extend(extensions.Evaluator(iterator, model), call_before_training=True)
    trainer.extend(extensions.LogReport(), call_before_training=True)
    trainer.run()
    first, last = json.loads((tmp_path / "log").read_text(encoding="utf-8"))
    assert (first["iteration"], last["iteration"]) == (0, 3)
    assert "main/loss" not in first
    assert first["validation/main/loss"] != last["validation/main/loss"]


def test_an_iterator_that_cant_be_reset_is_copied_with_a_warning():
    class Once(engine.dataset.Iterator):
        def __init__(self):
            self.left = 2

        def __next__(self):
            if not self.left:
                raise StopIteration
            self.left -= 1
            return [(X[0], T[0])]

    evaluator = extensions.Evaluator(Once(), L.Classifier(L.Linear(4, 3)))
    for _ in range(2):
        with pytest.warns(DeprecationWarning, match="can't be reset"):
            assert "main/loss" in evaluator()


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


def test_a_writer_takes_a_worker_that_can_only_start_and_join(tmp_path):
    worker = mock.MagicMock()

    class Writer(extensions.snapshot_writers.StandardWriter):
        def create_worker(self, filename, outdir, target, **kwds):
            return worker

    writer = Writer()
    writer("one", str(tmp_path), {"a": numpy.ones(1)})
    writer("two", str(tmp_path), {"a": numpy.ones(1)})
    writer.finalize()
    assert (worker.start.call_count, worker.join.call_count) == (2, 2)
