"""`engine.testing`: its helpers run a user's tests, pass what is right and fail what is wrong."""

from __future__ import annotations

import sys
import types
import unittest
import warnings

import numpy as np
import pytest

import engine
from engine import functions as F
from engine import links as L
from engine import testing
from engine.testing import attr, condition
from engine.testing.bundle import Bundle


@pytest.fixture
def module(monkeypatch):
    """A module in which a test can define test classes, as a user's test file does."""
    made = types.ModuleType("users_tests")
    monkeypatch.setitem(sys.modules, "users_tests", made)
    return made


def defined(module, name, base, **members):
    """A test class as one of that module."""
    return type(name, (base,), {"__module__": module.__name__, **members})


def run(cases):
    """Run the tests of a class or of all classes of a bundle; give the result."""
    result = unittest.TestResult()
    for case in cases.cases if isinstance(cases, Bundle) else [cases]:
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def problems(result):
    return [text for _, text in result.failures + result.errors]


# ---- several runs of one test ----


def test_each_set_of_parameters_runs_the_tests(module):
    seen = []

    def test_it(self):
        seen.append((self.x, self.double(self.x)))

    case = defined(module, "TestIt", unittest.TestCase, test_it=test_it)
    bundle = testing.parameterize({"x": 1, "double": lambda x: 2 * x}, {"x": 3, "double": lambda x: 3 * x})(
        case
    )
    assert not problems(run(bundle))
    assert seen == [(1, 2), (3, 9)]
    assert all(getattr(module, case.__name__) is case for case in bundle.cases)


def test_a_failure_says_with_which_parameters(module):
    def test_it(self):
        assert self.x != 2

    case = defined(module, "TestIt", unittest.TestCase, test_it=test_it)
    bundle = testing.parameterize_pytest("x, y", [(1, 5), (2, 6)])(case)
    assert [case.__name__ for case in bundle.cases] == [
        "TestIt_param_0_{x=1, y=5}",
        "TestIt_param_1_{x=2, y=6}",
    ]
    (text,) = problems(run(bundle))
    assert "x: 2" in text
    assert "y: 6" in text


def test_products_are_all_combinations():
    assert testing.product({"b": [3], "a": [1, 2]}) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]
    assert testing.product_dict([{"a": 1}, {"a": 2}], [{"b": 3}]) == testing.product({"a": [1, 2], "b": [3]})
    assert testing.from_pytest_parameterize("a", [1, (2, 3)]) == [{"a": 1}, {"a": (2, 3)}]
    with pytest.raises(TypeError, match="dict of lists"):
        testing.product([1, 2])
    with pytest.raises(ValueError, match="2 names"):
        testing.from_pytest_parameterize("a,b", [(1,)])


def test_each_setting_runs_the_tests_and_what_is_missing_skips(module):
    seen = []

    def test_config(self, backend_config):
        seen.append((self.x, backend_config.use_cudnn))

    def test_other(self):
        seen.append("other")

    case = defined(module, "TestIt", unittest.TestCase, test_config=test_config, test_other=test_other)
    settings = [
        {},
        {"use_cudnn": "always"},
        {"use_chainerx": True, "chainerx_device": "native:0"},
        {"use_ideep": "always"},
    ]
    bundle = testing.inject_backend_tests(["test_config"], settings)(
        testing.parameterize({"x": 1}, {"x": 2})(case)
    )
    result = run(bundle)
    assert not problems(result)
    for x in (1, 2):
        assert seen.count((x, "never")) == seen.count((x, "always")) == 1
    assert seen.count("other") == 2
    assert len(result.skipped) == 4
    assert len(bundle.cases) == 8


def test_a_setting_holds_inside_and_brings_arrays_to_its_device():
    config = testing.BackendConfig({"use_cudnn": "always", "autotune": True})
    with config:
        assert engine.config.use_cudnn == "always"
        assert engine.config.autotune
    assert not engine.config.autotune
    assert config.xp is np
    assert config.get_array([np.ones(2), None])[1] is None
    with pytest.raises(ValueError, match="nonsense"):
        testing.BackendConfig({"nonsense": 1})


# ---- functions and links ----


def relu_case(module, call, name="TestReLU"):
    def generate_inputs(self):
        return (np.random.uniform(-1, 1, (2, 3)).astype("f4"),)

    def forward(self, inputs, device):
        return (call(inputs[0]),)

    def forward_expected(self, inputs):
        return (inputs[0].clip(0, None),)

    case = defined(
        module,
        name,
        testing.FunctionTestCase,
        dodge_nondifferentiable=True,
        generate_inputs=generate_inputs,
        forward=forward,
        forward_expected=forward_expected,
    )
    return testing.inject_backend_tests(None, [{}])(testing.fix_random()(case))


class WrongRule(engine.FunctionNode):
    """relu with the gradient of something else."""

    def forward(self, inputs):
        self.retain_inputs((0,))
        return (inputs[0].clip(0, None),)

    def backward(self, indexes, gys):
        return (gys[0] * 1.5,)


def test_a_right_function_passes_values_gradients_and_second_derivatives(module):
    result = run(relu_case(module, F.relu))
    assert result.testsRun == 3
    assert not problems(result)


def test_a_function_with_wrong_values_or_a_wrong_rule_fails(module):
    texts = problems(run(relu_case(module, lambda x: F.relu(x) + 0.1)))
    assert any("other values than expected" in text for text in texts)
    texts = problems(run(relu_case(module, lambda x: WrongRule().apply((x,))[0])))
    assert any("backward is not implemented correctly" in text for text in texts)


def test_a_function_that_changes_its_input_fails(module):
    def careless(x):
        y = F.relu(x)
        x.array[...] = 0
        return y

    texts = problems(run(relu_case(module, careless)))
    assert any("forward() changed input 0" in text for text in texts)


def linear_members(expected):
    def generate_params(self):
        return np.random.uniform(-1, 1, (3, 2)).astype("f4"), np.random.uniform(-1, 1, 3).astype("f4")

    def generate_inputs(self):
        return (np.random.uniform(-1, 1, (4, 2)).astype("f4"),)

    def create_link(self, initializers):
        return L.Linear(2, 3, initialW=initializers[0], initial_bias=initializers[1])

    def forward_expected(self, link, inputs):
        return (inputs[0].dot(link.W.array.T) + expected * link.b.array,)

    return {
        "param_names": ("W", "b"),
        "generate_params": generate_params,
        "generate_inputs": generate_inputs,
        "create_link": create_link,
        "forward_expected": forward_expected,
    }


def test_a_right_link_passes_and_a_wrong_expectation_fails(module):
    for factor, wrong in ((1, 0), (2, 1)):
        case = defined(module, "TestLinear", testing.LinkTestCase, **linear_members(factor))
        assert len(problems(run(testing.inject_backend_tests(None, [{}])(case)))) == wrong


def test_initial_parameters_are_compared_with_the_initializers(module):
    for bias, wrong in ((0, 0), (1, 1)):

        def get_initializers(self, bias=bias):
            return [engine.initializers.Constant(2), 3], [testing.InitializerArgument(None, bias)]

        case = defined(
            module,
            "TestLinear",
            testing.LinkInitializersTestCase,
            get_initializers=get_initializers,
            **linear_members(1),
        )
        assert len(problems(run(testing.inject_backend_tests(None, [{}])(case)))) == wrong


def test_an_elementwise_function_is_compared_with_numpys(module):
    bundle = testing.unary_math_function_unittest(F.sin, label_expected="sin")(
        defined(module, "TestSin", unittest.TestCase)
    )
    result = run(bundle)
    assert not problems(result)
    assert len(bundle.cases) == 6
    assert result.testsRun == 6 * 7
    wrong = testing.unary_math_function_unittest(F.sin, func_expected=lambda x: np.sin(x) + 2)(
        defined(module, "TestSin", unittest.TestCase)
    )
    assert len(problems(run(wrong))) == 6
    with pytest.raises(ValueError, match="func_expected"):
        testing.unary_math_function_unittest(F.swish)


def test_a_distribution_is_compared_with_scipys(module):
    stats = pytest.importorskip("scipy.stats")

    def set_up(self):
        loc, scale = (np.random.uniform(0.5, 1, self.shape).astype("f4") for _ in range(2))
        self.dist, self.scipy_dist = engine.distributions.Normal, stats.norm
        self.params = {"loc": loc, "scale": scale}
        self.scipy_params = {"loc": loc, "scale": scale * self.factor}
        self.test_targets = {*testing.distribution_unittest.known_targets}

    def sample_for_test(self):
        return np.random.normal(size=self.sample_shape + self.shape).astype("f4")

    parameters = {"shape": [(2,)], "sample_shape": [(3,)], "is_variable": [False, True]}
    for factor, wrong in ((1, 0), (2, 22)):
        case = defined(
            module,
            "TestNormal",
            testing.distribution_unittest,
            setUp_configure=set_up,
            sample_for_test=sample_for_test,
            factor=factor,
        )
        bundle = testing.fix_random()(testing.parameterize(*testing.product(parameters))(case))
        assert len(problems(run(bundle))) == wrong


# ---- small helpers ----


def test_retry_and_repeat_count_successes(module):
    outcomes = []

    def flaky(self):
        outcomes.append(len(outcomes))
        assert len(outcomes) % 2 == 0, "an odd run"

    for decorator, wrong, runs in (
        (condition.retry(2), 0, 2),
        (condition.repeat(2), 1, 1),
        (condition.repeat_with_success_at_least(4, 2), 0, 4),
    ):
        outcomes.clear()
        case = defined(module, "TestIt", unittest.TestCase, test_it=decorator(flaky))
        texts = problems(run(case))
        assert (len(texts), len(outcomes)) == (wrong, runs)
        assert all("an odd run" in text for text in texts)


def test_random_numbers_are_the_same_in_each_test_and_as_before_after_it(module):
    drawn = []

    def test_it(self):
        drawn.append((np.random.rand(), testing.generate_seed()))

    case = defined(module, "TestIt", unittest.TestCase, test_it=test_it)
    np.random.seed(5)
    expected = np.random.RandomState(5).rand()
    for _ in range(2):
        assert not problems(run(testing.fix_random()(case)))
        testing.fix_random()(lambda: drawn.append((np.random.rand(), testing.generate_seed())))()
    assert len(set(drawn)) == 1
    assert np.random.rand() == expected
    with pytest.raises(AssertionError, match="not set up"):
        testing.generate_seed()


def test_requirements_are_compared_with_what_is_installed(module):
    for requirement, there in (
        ("numpy", True),
        ("numpy>=2.0,<99", True),
        ("numpy>=99", False),
        ("numpy!=1.*", True),
        ("numpy~=99.1", False),
        ("no-such-package", False),
    ):
        ran = []
        case = defined(
            module,
            "TestIt",
            unittest.TestCase,
            test_it=testing.with_requires(requirement)(lambda self, ran=ran: ran.append("with")),
            test_not=testing.without_requires(requirement)(lambda self, ran=ran: ran.append("without")),
        )
        run(case)
        assert ran == (["with"] if there else ["without"]), requirement
    with pytest.raises(ValueError, match="not a requirement"):
        testing.with_requires("numpy >")


def test_a_warning_that_is_not_given_fails():
    with testing.assert_warns(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    with pytest.raises(AssertionError, match="DeprecationWarning"), testing.assert_warns(DeprecationWarning):
        pass


def test_a_patched_function_still_computes():
    with testing.patch("engine.functions.relu") as relu:
        assert engine.functions.relu(np.array([-1.0, 2.0])).array.tolist() == [0, 2]
    assert relu.call_count == 1


def test_matrices_have_the_singular_values_asked_for():
    matrices = testing.generate_matrix((2, 3, 4), singular_values=[3.0, 2.0, 1.0], dtype="f4")
    assert matrices.dtype == np.float32
    np.testing.assert_allclose(np.linalg.svd(matrices)[1], [[3, 2, 1]] * 2, rtol=1e-5)
    with pytest.raises(ValueError, match="negative"):
        testing.generate_matrix((2, 2), singular_values=-1)
    for wrong in ({}, {"singular_values": 1j}, {"singular_values": 1, "dtype": int}):
        with pytest.raises(TypeError, match="must be"):
            testing.generate_matrix((2, 2), **wrong)


def test_a_mock_updater_counts(tmp_path):
    trainer = testing.get_trainer_with_mock_updater((3, "iteration"), iter_per_epoch=2)
    trainer.out = str(tmp_path)
    seen = []
    trainer.extend(
        lambda t: seen.append((t.updater.iteration, t.updater.epoch, t.updater.is_new_epoch)), name="see"
    )
    trainer.run()
    assert seen == [(1, 0, False), (2, 1, True), (3, 1, False)]
    assert trainer.updater.update_core.call_count == 3


def test_saving_and_loading_keeps_the_parameters():
    one, other = L.Linear(2, 3), L.Linear(2, 3)
    testing.save_and_load_npz(one, other)
    np.testing.assert_array_equal(one.W.array, other.W.array)


def test_marks_skip_what_is_not_there(monkeypatch):
    monkeypatch.setattr(attr, "_gpu_count", lambda: 1)
    assert not hasattr(attr.gpu(lambda self: None), "__unittest_skip__")
    assert attr.multi_gpu(2)(lambda self: None).__unittest_skip_why__ == "needs 2 GPU(s), and there are 1"


def test_options_of_an_elementwise_test_stand_beside_its_defaults(module):
    bundle = testing.unary_math_function_unittest(
        F.exp, forward_options={"rtol": 1e-2}, backward_options={"atol": 1e-2}
    )(defined(module, "TestExp", unittest.TestCase))
    half, _, single = (case("test_forward_cpu") for case in bundle.cases[:3])
    for case in (half, single):
        case.setUp()
    assert half.forward_options == {"atol": 2.0**-10, "rtol": 1e-2}
    assert half.backward_options == {"dtype": np.float64, "eps": 2.0**-4, "atol": 1e-2, "rtol": 2.0**-4}
    assert single.double_backward_options == {"dtype": np.float64, "atol": 1e-4, "rtol": 1e-4}


@pytest.mark.parametrize(
    ("method", "gives", "found"),
    [
        (
            "generate_inputs",
            [np.ones(2, "f")],
            "generate_inputs.. must give a tuple of NumPy arrays, not list",
        ),
        ("generate_inputs", (1.0,), "generate_inputs.. must give NumPy arrays, but at place 0 is float"),
        ("forward_expected", [np.ones(2, "f")], "forward_expected.. must give a tuple"),
    ],
)
def test_a_test_case_that_is_wrong_itself_raises_a_type_error(method, gives, found):
    class Case(testing.FunctionTestCase):
        def generate_inputs(self):
            return (np.ones(2, "f"),)

        def forward(self, inputs, device):
            return (inputs[0] * 1,)

        def forward_expected(self, inputs):
            return inputs

    setattr(Case, method, lambda self, *_: gives)
    with pytest.raises(TypeError, match=found):
        Case("test_forward").run_test_forward(testing.BackendConfig({}))


@pytest.mark.parametrize("name", ["forward", "backward", "double_backward"])
def test_a_test_that_a_case_leaves_out_counts_as_skipped(module, name):
    members = {
        "generate_inputs": lambda self: (np.ones(2, "f"),),
        "forward": lambda self, inputs, device: (F.exp(inputs[0]),),
        "forward_expected": lambda self, inputs: (np.exp(inputs[0]),),
        f"skip_{name}_test": True,
        "check_backward_options": {"atol": 1e-2, "rtol": 1e-2},
        "check_double_backward_options": {"atol": 1e-2, "rtol": 1e-2},
    }
    case = defined(module, "TestExp", testing.FunctionTestCase, **members)
    result = run(testing.inject_backend_tests(None, [{}])(case))
    assert not problems(result)
    assert [why for _, why in result.skipped] == [f"skip_{name}_test is set"]
