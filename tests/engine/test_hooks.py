"""Function hooks and link hooks: when they are called, and that nothing is left behind."""

from __future__ import annotations

import copy
import io

import numpy
import pytest

import engine
from engine import function_hook, function_hooks, link_hook, link_hooks
from engine import functions as F
from engine import links as L


class Noting(engine.FunctionHook):
    def __init__(self, name="Noting"):
        self.name = name
        self.seen = []

    def added(self, function):
        self.seen.append(("added", function))

    def deleted(self, function):
        self.seen.append(("deleted", function))

    def forward_preprocess(self, function, in_data):
        self.seen.append(("forward", function.label, in_data[0].shape))

    def forward_postprocess(self, function, in_data):
        self.seen.append(("forwarded", function.label))

    def backward_preprocess(self, function, in_data, out_grad):
        self.seen.append(("backward", function.label, type(out_grad[0])))

    def backward_postprocess(self, function, in_data, out_grad):
        self.seen.append(("backwarded", function.label))


@pytest.fixture(autouse=True)
def nothing_stays_installed():
    yield
    assert function_hook.installed == []
    assert link_hook.installed == []
    assert engine.get_function_hooks() == {}


def test_a_hook_sees_ops_forward_and_backward_only_inside_its_block():
    x = engine.Variable(numpy.ones((2, 3), "f4"))
    with Noting() as hook:
        y = F.relu(x)
        y.grad = y.array
        y.backward()
    F.relu(x)
    assert hook.seen == [
        ("added", None),
        ("forward", "ReLU", (2, 3)),
        ("forwarded", "ReLU"),
        ("backward", "ReLU", numpy.ndarray),
        ("backwarded", "ReLU"),
        ("deleted", None),
    ]


def test_two_hooks_of_one_name_are_refused():
    with Noting():
        with pytest.raises(KeyError, match="hook Noting already exists"), Noting():
            pass
        with Noting("other"):
            assert sorted(engine.get_function_hooks()) == ["Noting", "other"]


def test_an_old_style_functions_own_hook_sees_each_of_its_calls():
    class Double(engine.Function):
        def forward(self, inputs):
            return (inputs[0] * 2,)

        def backward(self, inputs, grad_outputs):
            return (grad_outputs[0] * 2,)

    double, hook = Double(), Noting()
    double.add_hook(hook)
    with pytest.raises(KeyError, match="already exists"):
        double.add_hook(hook)
    with pytest.raises(TypeError, match="must be of type FunctionHook"):
        double.add_hook(3)
    double(numpy.ones(2))
    F.relu(numpy.ones(2))
    assert list(double.local_function_hooks) == ["Noting"]
    double.delete_hook("Noting")
    with pytest.raises(KeyError, match="does not exist"):
        double.delete_hook("Noting")
    assert [entry[:2] for entry in hook.seen[1:3]] == [("forward", "Double"), ("forwarded", "Double")]
    assert len(hook.seen) == 4


def test_the_timer_counts_ops_and_nested_time_once(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr("engine.utils.stopwatch.time.perf_counter", lambda: float(next(clock)))
    hook = function_hooks.TimerHook()
    with hook:
        x = engine.Variable(numpy.ones(2, "f4"))
        F.relu(x)
        F.tanh(F.relu(x))
    assert hook.summary() == {
        "ReLU": {"elapsed_time": 2.0, "occurrence": 2},
        "Tanh": {"elapsed_time": 1.0, "occurrence": 1},
    }
    assert hook.total_time() == 3.0
    out = io.StringIO()
    hook.print_report(file=out)
    assert out.getvalue().splitlines() == [
        "FunctionName  ElapsedTime  Occurrence",
        "        ReLU      2.00sec           2",
        "        Tanh      1.00sec           1",
    ]
    with pytest.raises(ValueError, match="unit must be one of"):
        hook.print_report("years")


def test_print_hook_shows_inputs_and_gradients():
    out = io.StringIO()
    with function_hooks.PrintHook(file=out):
        F.sum(engine.Variable(numpy.ones((2, 3), "f4"))).backward()
    text = out.getvalue()
    assert text.startswith("function\tSum\ninput data\n<variable at ")
    assert "output gradient\n" in text
    assert "- grad: mean=1.00000000, std=0.00000000" in text


def test_a_gpu_hook_without_a_gpu_says_so():
    if engine.cuda.available:
        pytest.skip("there is a GPU")
    with pytest.raises(RuntimeError, match="no GPU can be used"):
        function_hooks.CUDAProfileHook()


class NotingLinks(engine.LinkHook):
    name = "NotingLinks"

    def __init__(self):
        self.seen = []

    def forward_preprocess(self, args):
        self.seen.append(("before", type(args.link).__name__, len(args.args), args.forward_name))

    def forward_postprocess(self, args):
        self.seen.append(("after", type(args.link).__name__, args.out.shape))


def test_a_link_hook_sees_all_links_or_only_its_own():
    inner = L.Linear(3, 2)
    model = engine.Sequential(inner, F.relu)
    x = numpy.ones((1, 3), "f4")
    with NotingLinks() as hook:
        model(x)
    assert hook.seen == [
        ("before", "Sequential", 1, "forward"),
        ("before", "Linear", 1, "forward"),
        ("after", "Linear", (1, 2)),
        ("after", "Sequential", (1, 2)),
    ]
    own = NotingLinks()
    assert inner.add_hook(own) is inner
    with pytest.raises(KeyError, match="already exists"):
        inner.add_hook(own)
    with pytest.raises(TypeError, match="must be of type LinkHook"):
        inner.add_hook(3)
    model(x)
    inner.delete_hook("NotingLinks")
    model(x)
    assert [entry[1] for entry in own.seen] == ["Linear", "Linear"]
    with pytest.raises(KeyError, match="does not exist"):
        inner.delete_hook("NotingLinks")


def test_the_link_timer_counts_calls():
    hook = link_hooks.TimerHook()
    with hook:
        engine.Sequential(L.Linear(3, 2), L.Linear(2, 2))(numpy.ones((1, 3), "f4"))
    assert {name: record["occurrence"] for name, record in hook.summary().items()} == {
        "Linear": 2,
        "Sequential": 1,
    }
    assert hook.total_time() == dict(hook.call_history)["Sequential"]


def largest_singular_value(matrix):
    return numpy.linalg.svd(matrix, compute_uv=False)[0]


def test_spectral_normalization_divides_by_the_largest_singular_value():
    numpy.random.seed(0)
    link = L.Linear(4, 3)
    W = link.W.array.copy()
    link.add_hook(link_hooks.SpectralNormalization(n_power_iteration=100, factor=2.0))
    y = link(numpy.eye(4, dtype="f4"))
    numpy.testing.assert_allclose(y.array.T, 2 * W / largest_singular_value(W), rtol=1e-4, atol=1e-6)
    link.cleargrads()
    F.sum(y * y).backward()
    assert numpy.isfinite(link.W.grad).all()
    numpy.testing.assert_array_equal(link.W.array, W)
    assert "W_u" in link._persistent
    with pytest.raises(NotImplementedError, match="not supposed to be used as context manager"):
        link.local_link_hooks["SpectralNormalization"].__enter__()
    link.delete_hook("SpectralNormalization")
    assert not hasattr(link, "W_u")


def test_spectral_normalization_keeps_its_vector_in_evaluation():
    numpy.random.seed(0)
    link = L.Linear(4, 3).add_hook(link_hooks.SpectralNormalization(use_gamma=True))
    assert sorted(link._params) == ["W", "b", "gamma"]
    before = link.W_u.copy()
    with engine.using_config("train", False):
        link(numpy.ones((1, 4), "f4"))
    numpy.testing.assert_array_equal(link.W_u, before)
    link(numpy.ones((1, 4), "f4"))
    assert not numpy.array_equal(link.W_u, before)
    link.delete_hook("SpectralNormalization")


def test_weight_standardization_gives_each_channel_mean_0_and_deviation_1():
    numpy.random.seed(0)
    link = L.Linear(None, 3).add_hook(link_hooks.WeightStandardization())
    y = link(numpy.eye(4, dtype="f4")).array
    numpy.testing.assert_allclose(y.mean(axis=0), 0, atol=1e-6)
    numpy.testing.assert_allclose(y.std(axis=0), 1, atol=1e-3)
    with pytest.raises(ValueError, match="Weight 'W' does not exist"):
        engine.Chain().add_hook(link_hooks.WeightStandardization())
    link.delete_hook("WeightStandardization")


def test_a_failed_call_leaves_no_replaced_weight_behind():
    link = L.Linear(4, 3).add_hook(link_hooks.WeightStandardization())
    with pytest.raises(Exception, match="linear"):
        link(numpy.ones((1, 5), "f4"))
    link(numpy.ones((1, 4), "f4"))
    assert isinstance(link.W, engine.Parameter)
    link.delete_hook("WeightStandardization")


def test_a_copied_link_has_a_copy_of_the_hook():
    link = L.Linear(3, 2).add_hook(NotingLinks())
    twin = copy.deepcopy(link)
    link.delete_hook("NotingLinks")
    twin(numpy.ones((1, 3), "f4"))
    assert len(twin.local_link_hooks["NotingLinks"].seen) == 2
    twin.delete_hook("NotingLinks")
