"""gradient_check: finite differences find wrong rules, and say where. Arguments and errors as in Chainer 7.8.1."""

from __future__ import annotations

from typing import Any

import fake_module
import numpy
import pytest

import engine
import engine.functions as F
from engine import FunctionNode, Parameter, Variable
from engine.gradient_check import (
    NondifferentiableError,
    assert_allclose,
    check_backward,
    check_double_backward,
    numerical_grad,
)

fake_module.install(engine.backend)

x = numpy.array([1.0, 2.0, 3.0])
ones = numpy.ones(3)


class Square(FunctionNode):
    """y = x^2, with a rule that is off by a factor, and whose own derivative may be cut off."""

    def __init__(self, factor: Any = 1.0, cut_off: bool = False) -> None:
        self.factor = factor
        self.cut_off = cut_off

    def forward(self, inputs: Any) -> Any:
        self.retain_inputs((0,))
        return (inputs[0] ** 2,)

    def backward(self, indexes: Any, gys: Any) -> Any:
        (x,) = self.get_retained_inputs()
        return (2 * (x.array if self.cut_off else x) * gys[0] * self.factor,)


def square(factor: Any = 1.0, cut_off: bool = False) -> Any:
    return lambda x: Square(factor, cut_off).apply((x,))[0]


# ---- numerical_grad ----


def test_central_differences_are_exact_for_a_parabola() -> None:
    (gx,) = numerical_grad(lambda: (x**2,), (x,), (ones,), eps=0.1)
    numpy.testing.assert_allclose(gx, [2, 4, 6])
    assert x.tolist() == [1, 2, 3]


def test_the_step_is_eps_to_both_sides() -> None:
    (gx,) = numerical_grad(lambda: (x**3,), (x,), (ones,), eps=0.1)
    numpy.testing.assert_allclose(gx, [3.01, 12.01, 27.01])


def test_outputs_are_weighted_and_none_counts_as_zero() -> None:
    (gx,) = numerical_grad(lambda: (x**2, x), (x,), (numpy.array([1.0, 10.0, 100.0]), None))
    numpy.testing.assert_allclose(gx, [2, 40, 600])


def test_gradients_have_the_dtype_of_the_inputs() -> None:
    single = x.astype(numpy.float32)
    (gx,) = numerical_grad(lambda: (single**2,), (single,), (ones,))
    assert gx.dtype == numpy.float32
    numpy.testing.assert_allclose(gx, [2, 4, 6], rtol=1e-3)


def test_inputs_must_be_floats() -> None:
    with pytest.raises(RuntimeError, match="must be kind of float"):
        numerical_grad(lambda: (x,), (numpy.arange(3),), (ones,))


def test_a_failing_function_leaves_the_input_as_it_was() -> None:
    array = x.copy()

    def fail() -> Any:
        raise KeyError

    with pytest.raises(KeyError):
        numerical_grad(fail, (array,), (ones,))
    assert array.tolist() == [1, 2, 3]


def test_a_kink_is_found_where_one_looks() -> None:
    def bent() -> Any:
        return (abs(x - 2),)

    numpy.testing.assert_allclose(numerical_grad(bent, (x,), (ones,))[0], [-1, 0, 1], atol=1e-9)
    with pytest.raises(
        NondifferentiableError, match=r"input 0 at \(1,\), output 0: .* are 0.001, 0.0005, 0, 0.0005"
    ):
        numerical_grad(bent, (x,), (ones,), detect_nondifferentiable=True)
    numerical_grad(lambda: (x**3,), (x,), (ones,), detect_nondifferentiable=True)


def test_arrays_on_a_device_give_gradients_there() -> None:
    on_device = fake_module.fake.asarray(x)
    (gx,) = numerical_grad(lambda: (on_device**2,), (on_device,), (fake_module.fake.asarray(ones),))
    assert type(gx) is fake_module.fake.ndarray
    numpy.testing.assert_allclose(gx.get(), [2, 4, 6])


# ---- check_backward ----


def test_right_rules_pass() -> None:
    check_backward(square(), x, ones)
    check_backward(lambda a, b: a * b, (x, x + 1), ones)
    check_backward(lambda a: [F.exp(a), a * 2], x, (ones, None))
    check_backward(lambda a: F.sum(a * a), x, None)
    check_backward(lambda a: a, x, ones)
    check_backward(lambda a, unused: a * 2, (x, x), ones)
    check_backward(lambda a: a * 2, numpy.zeros((0, 2)), numpy.zeros((0, 2)))


def test_a_rule_wrong_by_a_thousandth_fails_and_the_elements_are_named() -> None:
    numpy.random.seed(0)
    with pytest.raises(AssertionError) as caught:
        check_backward(square(numpy.array([1, 1.001, 1])), x, ones)
    message = str(caught.value)
    assert message.startswith(
        "check_backward failed (eps=0.001 atol=1e-05 rtol=0.0001)\ninputs[0]:\n[1. 2. 3.]\n"
    )
    assert "gradients (numeric): " in message
    assert message.splitlines()[-1] == "inputs[0] at (1,): numeric 4, backward 4.004"


def test_one_seed_gives_one_message() -> None:
    messages = []
    for _ in range(2):
        numpy.random.seed(3)
        with pytest.raises(AssertionError) as caught:
            check_backward(square(2), x, ones)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_parameters_are_checked_and_left_as_they_were() -> None:
    W = Parameter(x.astype(numpy.float32))
    W.grad = gradient = numpy.zeros(3, numpy.float32)
    array = W.array
    check_backward(lambda a: a * W, x, ones, params=W, dtype=numpy.float64)
    assert W.array is array
    assert W.grad is gradient
    with pytest.raises(AssertionError, match=r"params\[0\] at \(0,\): numeric 2, backward 4"):
        check_backward(lambda a: a + Square(2).apply((W,))[0], x, ones, params=(W,), dtype=numpy.float64)
    assert W.array is array


def test_float64_makes_a_check_of_float16_sharp() -> None:
    half = x.astype(numpy.float16)
    check_backward(square(), half, ones.astype(numpy.float16), dtype=numpy.float64)
    with pytest.raises(ValueError, match="`dtype` is allowed only float type"):
        check_backward(square(), half, ones, dtype=int)


def test_integers_get_no_gradient() -> None:
    labels = numpy.array([0, 1])
    check_backward(lambda a, t: F.softmax_cross_entropy(a, t), (numpy.ones((2, 3)), labels), None)
    with pytest.raises(RuntimeError, match="input 1 must get no gradient"):
        check_backward(lambda a, b: a * b, (x, x), ones, no_grads=[False, True])


def test_a_kink_is_named_instead_of_a_wrong_gradient() -> None:
    at_kink = numpy.array([0.0, 1.0, 2.0])
    numpy.random.seed(0)
    with pytest.raises(AssertionError, match=r"inputs\[0\] at \(0,\): numeric 0.5, backward 0"):
        check_backward(F.relu, at_kink, ones)
    with pytest.raises(NondifferentiableError):
        check_backward(F.relu, at_kink, ones, detect_nondifferentiable=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y_grad": None}, "y_grad argument cannot be omitted"),
        ({"y_grad": (ones, ones)}, "contain equally as many elements"),
        ({"y_grad": numpy.ones(2)}, "do not match"),
        ({"y_grad": ones.astype("f")}, r"\(3,\):float64\n.*\(3,\):float32"),
        ({"no_grads": [False, False]}, "Length of no_grads"),
    ],
)
def test_arguments_that_dont_fit_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_backward(**{"func": square(), "x_data": x, "y_grad": ones} | arguments)


def test_old_style_functions_are_checked_too() -> None:
    class Twice(engine.Function):
        factor = 2

        def forward(self, inputs: Any) -> Any:
            return (inputs[0] * 2,)

        def backward(self, inputs: Any, gys: Any) -> Any:
            return (gys[0] * self.factor,)

    check_backward(Twice(), x, ones)
    Twice.factor = 3
    with pytest.raises(AssertionError, match="numeric 2, backward 3"):
        check_backward(Twice(), x, ones)


def test_a_check_on_a_device() -> None:
    fake = fake_module.fake
    check_backward(square(), fake.asarray(x), fake.asarray(ones))
    check_double_backward(square(), fake.asarray(x), fake.asarray(ones), fake.asarray(ones))
    with pytest.raises(AssertionError, match="numeric 2, backward 4"):
        check_backward(square(2), fake.asarray(x), fake.asarray(ones))


# ---- check_double_backward ----


def test_right_second_derivatives_pass() -> None:
    check_double_backward(square(), x, ones, ones)
    check_double_backward(lambda a: 2 * a, x, ones, ones)
    check_double_backward(lambda a, b: (a * b, F.exp(a)), (x, x + 1), (ones, ones), (ones, ones))
    W = Parameter(x.copy())
    check_double_backward(lambda a: a * W * W, x, ones, ones, params=W, params_grad_grad=ones)


def test_a_rule_without_derivative_fails_though_its_value_is_right() -> None:
    check_backward(square(cut_off=True), x, ones)
    with pytest.raises(AssertionError) as caught:
        check_double_backward(square(cut_off=True), x, ones, ones)
    message = str(caught.value)
    assert message.startswith("check_double_backward failed (eps=0.001 atol=0.0001 rtol=0.001)\ninput[0]:\n")
    assert message.splitlines()[-1] == "inputs[0] at (2,): numeric 2, backward 0"


def test_labels_take_no_part_in_second_derivatives() -> None:
    rng = numpy.random.default_rng(0)
    scores, labels = rng.normal(size=(2, 3)), numpy.array([0, 2])
    one = numpy.ones(())
    check_double_backward(
        lambda a, t: F.softmax_cross_entropy(a, t), (scores, labels), one, (numpy.ones((2, 3)), None)
    )


def test_every_output_gradient_is_needed() -> None:
    with pytest.raises(ValueError, match="must be given for every output"):
        check_double_backward(lambda a: F.sum(a * a), x, None, ones)


# ---- assert_allclose ----


def test_allclose_takes_variables_and_device_arrays() -> None:
    assert_allclose(Variable(x), fake_module.fake.asarray(x * (1 + 1e-6)))
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_allclose(x, x * 1.1)
