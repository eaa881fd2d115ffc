"""Names that are no part of what a model needs, but that scripts and test suites written for Chainer import."""

from __future__ import annotations

import importlib
import importlib.util
import io
import os
import pathlib
from typing import Any

import numpy
import pytest

import engine
from engine import Variable, gradient_check, iterators, links, optimizers
from engine import functions as F
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


def test_snapshots_are_found_by_the_pattern_of_their_name(tmp_path: pathlib.Path) -> None:
    module = importlib.import_module("engine.training.extensions._snapshot")
    for time, name in enumerate(
        ("snapshot_iter_10", "snapshot_iter_9", "other", "snapshot_iter_", "my_snapshot_iter_1")
    ):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (time, time))
    pattern = "snapshot_iter_{.updater.iteration}"
    found = module._find_snapshot_files(pattern, str(tmp_path))
    assert found == [(0.0, "snapshot_iter_10"), (1.0, "snapshot_iter_9")]
    assert module._find_latest_snapshot(pattern, str(tmp_path)) == "snapshot_iter_9"
    assert module._find_latest_snapshot("model_{.updater.epoch}", str(tmp_path)) is None
    assert list(module._find_stale_snapshots(pattern, str(tmp_path), 1)) == ["snapshot_iter_10"]
    assert list(module._find_stale_snapshots(pattern, str(tmp_path), 3)) == []


def test_the_state_of_an_iterator_moves_on_as_the_iterator_does() -> None:
    module = importlib.import_module("engine.iterators._statemachine")
    iterator = iterators.SerialIterator(list(range(5)), 3, order_sampler=lambda order, position: order[::-1])
    state = module.IteratorState(0, 0, False, numpy.arange(5)[::-1])
    for _ in range(4):
        state, indices = module.iterator_statemachine(state, 3, True, iterator.order_sampler, 5)
        assert indices.tolist() == iterator.next()
        assert state[:3] == (iterator.current_position, iterator.epoch, iterator.is_new_epoch)
    over = module.IteratorState(0, 1, True, None)
    assert module.iterator_statemachine(over, 3, False, None, 5) == (over, None)


def test_a_progress_bar_of_a_script_draws_its_lines_anew() -> None:
    class Bar(engine.training.extensions.util.ProgressBar):
        def get_lines(self) -> list[str]:
            return ["one\n", f"{self.update_speed(1, 0.5)[0]}\n"]

    out = io.StringIO()
    bar = Bar(out=out)
    bar.update()
    bar.close()
    assert out.getvalue() == "\033[Jone\ninf\n\033[2A\033[J"


def test_the_singular_value_of_a_weight_is_found_by_power_iteration() -> None:
    module = importlib.import_module("engine.link_hooks.spectral_normalization")
    W = Variable(numpy.diag([3.0, 2.0, 1.0]))
    u = module.l2normalize(numpy, numpy.ones(3), 0)
    u, v = module.update_approximate_vectors(W, u, 30, 1e-12)
    sigma = module.calculate_max_singular_value(W, u, v)
    numpy.testing.assert_allclose(sigma.array, 3)
    sigma.backward()
    numpy.testing.assert_allclose(W.grad, numpy.outer(u, v))


def test_a_cell_of_a_script_runs_over_all_layers_and_steps() -> None:
    module = importlib.import_module("engine.functions.rnn.n_step_rnn")
    link = links.NStepLSTM(2, 3, 3, 0.0)
    ws, bs, h = link.ws, link.bs, numpy.ones((2, 2, 3), "f")
    steps = [numpy.ones((2, 3), "f"), numpy.full((1, 3), 2, "f")]

    def cell(x: Any, h: Any, c: Any, w: Any, b: Any) -> tuple[Variable, Variable]:
        i, f, a, o = (F.linear(x, w[n], b[n]) + F.linear(h, w[n + 4], b[n + 4]) for n in range(4))
        c = F.sigmoid(f) * c + F.sigmoid(i) * F.tanh(a)
        return F.sigmoid(o) * F.tanh(c), c

    found = module.n_step_rnn_impl(cell, 2, 0.0, h, h, ws, bs, steps, False)
    expected = F.n_step_lstm(2, 0.0, h, h, ws, bs, steps)
    for one, other in zip((*found[:2], *found[2]), (*expected[:2], *expected[2]), strict=True):
        numpy.testing.assert_allclose(one.array, other.array, rtol=1e-5)


def test_a_recurrent_layer_of_a_script_calls_the_base_with_lists_of_states() -> None:
    class Doubled(links.NStepRNNBase):
        n_weights = 2
        use_bi_direction = False
        n_cells = 1  # type: ignore[assignment]

        def rnn(self, *args: Any) -> Any:
            return F.n_step_rnn(*args, activation="relu")

        def forward(self, hx: Any, xs: Any) -> Any:
            (hy,), ys = self._call([hx], xs)
            return 2 * hy, ys

    numpy.random.seed(0)
    mine = Doubled(1, 2, 3, 0.0)
    numpy.random.seed(0)
    ours = links.NStepRNNReLU(1, 2, 3, 0.0)
    xs = [numpy.ones((1, 2), "f"), numpy.ones((3, 2), "f")]
    (hy, ys), (hz, zs) = mine(None, xs), ours(None, xs)
    numpy.testing.assert_array_equal(hy.array, 2 * hz.array)
    assert [y.array.tolist() for y in ys] == [z.array.tolist() for z in zs]


def test_lists_are_ordered_by_length_and_back() -> None:
    module = importlib.import_module("engine.links.rnn.n_step_rnn")
    words = ["ab", "abc", "de", ""]
    order = module.argsort_list_descent(words)
    assert (order.tolist(), order.dtype) == ([1, 0, 2, 3], numpy.int32)
    longest_first = module.permutate_list(words, order, inv=False)
    assert longest_first == ["abc", "ab", "de", ""]
    assert module.permutate_list(longest_first, order, inv=True) == words


@pytest.mark.parametrize(
    "path",
    [
        "training.updater.StandardUpdater",
        "training.updater.ParallelUpdater",
        "function.FunctionHook",
        "links.rnn.lstm.LSTMBase",
        "links.rnn.gru.GRUBase",
        "links.rnn.mgu.MGUBase",
        "links.rnn.n_step_lstm.NStepLSTMBase",
        "links.rnn.n_step_gru.NStepGRUBase",
        "functions.rnn.n_step_lstm.n_step_lstm_base",
        "functions.rnn.n_step_gru.n_step_gru_base",
        "functions.evaluation.classification_summary.fbeta_score",
    ],
)
def test_a_name_stands_where_scripts_import_it_from(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert getattr(importlib.import_module(f"engine.{module}"), name).__name__ == name


def test_the_f_score_weighs_precision_and_recall() -> None:
    module = importlib.import_module("engine.functions.evaluation.classification_summary")
    score, support = module.fbeta_score(numpy.eye(3, dtype="f"), numpy.array([0, 1, 1]), beta=2.0)
    numpy.testing.assert_allclose(score.array, [1, 5 / 9])
    assert support.array.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("make", "ksize", "stride", "pad"),
    [
        (lambda: links.Convolution2D(2, 3, 3, 2, 1), 3, (2, 2), (1, 1)),
        (lambda: links.Deconvolution2D(3, 4), 4, (1, 1), (0, 0)),
        (lambda: links.ConvolutionND(2, 2, 3, 3, (1, 2)), (3, 3), (1, 2), 0),
        (lambda: links.Deconvolution1D(2, 3, 4, 2), (4,), 2, 0),
    ],
)
def test_a_convolution_keeps_its_settings_as_chainer_does(
    make: Any, ksize: Any, stride: Any, pad: Any
) -> None:
    link = make()
    assert (link.ksize, link.stride, link.pad) == (ksize, stride, pad)


def test_a_node_without_kept_outputs_has_no_output_data() -> None:
    x = Variable(numpy.ones(2, "f"))
    assert F.sqrt(x).creator.output_data[0].tolist() == [1, 1]
    with pytest.raises(RuntimeError, match="retained no output"):
        _ = (x + 1).creator.output_data


def test_the_bounds_of_adabound_begin_at_the_alpha_of_the_setup() -> None:
    optimizer = optimizers.AdaBound().setup(links.Linear(1, 1, initialW=0))
    optimizer.alpha = 0.01
    for param in optimizer.target.params():
        param.grad = numpy.ones_like(param.array)
    optimizer.update()
    numpy.testing.assert_allclose(optimizer.target.W.update_rule.bounds, (1 - 1 / 1.001, 1 + 1 / 0.001))
