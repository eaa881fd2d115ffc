"""Variable: what it holds, what it says, and what stands beside it. Expected values were seen in Chainer 7.8.1."""

from __future__ import annotations

import copy
import operator
import pickle
from typing import Any

import numpy
import pytest

import engine
import engine.functions as F
from engine import Variable


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, dtype=numpy.float32)


# ---- what it holds ----


@pytest.mark.parametrize("value", [[1, 2], 1.0, numpy.float32(1), "x"])
def test_only_arrays_can_be_held(value: Any) -> None:
    with pytest.raises(TypeError, match="are expected"):
        Variable(value)


def test_array_is_held_and_not_copied() -> None:
    array = floats(1, 2)
    assert Variable(array).array is array
    assert Variable(array).data is array


def test_shape_dtype_and_names() -> None:
    x = Variable(numpy.ones((2, 3), numpy.float32), name="x")
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((2, 3), 2, 6, numpy.float32, 2)
    assert (x.name, x.label, x.rank, x.creator, x.xp) == ("x", "(2, 3), float32", 0, None, numpy)
    assert str(x.device) == "@numpy"
    assert repr(x.device) == "<CpuDevice (numpy)>"


def test_a_variable_without_array_says_so() -> None:
    x = Variable()
    assert x.array is None
    with pytest.raises(AttributeError, match="has no shape yet"):
        _ = x.shape


def test_length_of_a_number_is_an_error() -> None:
    with pytest.raises(TypeError):
        len(Variable(numpy.array(1.0)))


def test_item_is_the_only_element() -> None:
    assert Variable(numpy.full((1, 1), 2.5)).item() == 2.5
    with pytest.raises(ValueError, match="scalar"):
        Variable(floats(1, 2)).item()


def test_as_variable_and_as_array_leave_alone_what_fits() -> None:
    x, array = Variable(floats(1)), floats(1)
    assert engine.as_variable(x) is x
    assert engine.as_variable(array).array is array
    assert not engine.as_variable(array).requires_grad
    assert engine.as_array(x) is x.array
    assert engine.as_array(array) is array


# ---- its gradient ----


@pytest.mark.parametrize(
    ("grad", "error", "message"),
    [
        (floats(1), ValueError, r"Shape of data and grad mismatch\ngrad: \(1,\) != data: \(2,\)"),
        (numpy.ones(2), TypeError, "Dtype of data and grad mismatch\ngrad: float64 != data: float32"),
        ([1, 2], TypeError, "Type of grad is invalid"),
    ],
)
def test_a_gradient_must_fit(grad: Any, error: type[Exception], message: str) -> None:
    x = Variable(floats(1, 2))
    with pytest.raises(error, match=message):
        x.grad = grad
    assert x.grad is None


def test_grad_var_is_the_gradient_as_one_variable() -> None:
    x = Variable(floats(1, 2))
    x.grad = floats(3, 4)
    assert x.grad_var.array is x.grad
    assert x.grad_var is x.grad_var
    x.grad = None
    assert x.grad_var is None


@pytest.mark.parametrize("already", [False, True])
@pytest.mark.parametrize(("shape", "dtype", "error"), [((2,), "d", TypeError), ((1, 2), "f", ValueError)])
def test_addgrad_takes_a_gradient_that_fits_only(
    already: bool, shape: tuple[int, ...], dtype: str, error: type[Exception]
) -> None:
    x, y = Variable(numpy.ones(2, "f")), Variable(numpy.ones(shape, dtype))
    y.grad = numpy.ones(shape, dtype)
    x.grad = numpy.ones(2, "f") if already else None
    with pytest.raises(error):
        x.addgrad(y)


def test_addgrad_adds_and_shares_nothing_later() -> None:
    x, y = Variable(floats(1, 2)), Variable(floats(1, 2))
    x.addgrad(y)
    assert x.grad is None
    y.grad = floats(3, 4)
    x.addgrad(y)
    x.addgrad(y)
    assert x.grad.tolist() == [6, 8]
    assert y.grad.tolist() == [3, 4]


def test_cleargrad_and_zerograd() -> None:
    x = Variable(floats(1, 2))
    x.grad = floats(3, 4)
    with pytest.warns(DeprecationWarning, match="cleargrad"):
        x.zerograd()
    assert x.grad.tolist() == [0, 0]
    x.cleargrad()
    assert x.grad is None


def test_copydata_writes_into_the_array_in_place() -> None:
    x = Variable(floats(1, 2))
    array = x.array
    x.copydata(Variable(floats(3, 4)))
    assert x.array is array
    assert array.tolist() == [3, 4]


# ---- what it says ----


@pytest.mark.parametrize(
    ("array", "as_repr", "as_str"),
    [
        (floats(1, 2), "variable([1., 2.])", "variable([1. 2.])"),
        (numpy.array(1.5), "variable(1.5)", "variable(1.5)"),
        (
            numpy.array([[1, 2], [3, 4]]),
            "variable([[1, 2],\n          [3, 4]])",
            "variable([[1 2]\n          [3 4]])",
        ),
        (numpy.zeros((0,), numpy.float32), "variable([])", "variable([])"),
        (numpy.zeros((0, 2)), "variable([], shape=(0, 2))", "variable([])"),
        (numpy.array([True]), "variable([ True])", "variable([ True])"),
        (numpy.array([0.1], numpy.float16), "variable([0.1])", "variable([0.1])"),
        (numpy.array([numpy.nan, numpy.inf]), "variable([nan, inf])", "variable([nan inf])"),
        (None, "variable(None)", "variable(None)"),
    ],
)
def test_texts(array: Any, as_repr: str, as_str: str) -> None:
    assert repr(Variable(array)) == as_repr
    assert str(Variable(array)) == as_str


def test_texts_with_a_name_align_their_rows() -> None:
    x = Variable(numpy.ones((2, 2)), name="重み")
    assert repr(x) == "variable 重み([[1., 1.],\n             [1., 1.]])"
    assert Variable(None, name="q").summary() == "<variable q>"


def test_debug_print_shows_statistics_of_array_and_gradient() -> None:
    x = Variable(floats(1, 2), name="w")
    assert "- statistics: mean=1.50000000, std=0.50000000\n- grad: None" in x.debug_print()
    x.grad = floats(0, 0)
    assert "- grad: mean=0.00000000, std=0.00000000" in x.debug_print()


# ---- comparisons are refused ----


@pytest.mark.parametrize(
    "compare", [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
)
def test_variables_cannot_be_compared(compare: Any) -> None:
    with pytest.raises(TypeError, match="Variables do not support"):
        compare(Variable(floats(1)), Variable(floats(1)))


def test_variables_have_no_truth_value_and_no_hash() -> None:
    with pytest.raises(TypeError, match="cannot be evaluated as Python bool"):
        bool(Variable(numpy.array(1.0)))
    with pytest.raises(TypeError, match="unhashable"):
        hash(Variable(floats(1)))


# ---- arithmetic ----

BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
}


@pytest.mark.parametrize("symbol", BINARY)
@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize(
    "other",
    [3, 3.0, numpy.float64(3), numpy.int64(3), numpy.float32(3), numpy.array(3.0), numpy.array([3.0, 4.0])],
    ids=lambda value: type(value).__name__ + str(numpy.shape(value)),
)
@pytest.mark.parametrize("dtype", [numpy.float16, numpy.float32, numpy.float64])
def test_numbers_and_arrays_on_either_side_keep_the_dtype(
    symbol: str, left: bool, other: Any, dtype: Any
) -> None:
    x = Variable(numpy.array([1, 2], dtype))
    y = BINARY[symbol](other, x) if left else BINARY[symbol](x, other)
    plain = numpy.asarray(other, dtype)
    expected = BINARY[symbol](plain, x.array) if left else BINARY[symbol](x.array, plain)
    assert type(y) is Variable
    assert y.dtype == dtype
    numpy.testing.assert_allclose(y.array, expected, rtol=1e-2 if dtype == numpy.float16 else 1e-6)


def test_an_array_times_a_variable_is_one_op_and_has_a_gradient() -> None:
    x = Variable(floats(1, 2))
    y = numpy.array([3.0, 4.0]) * x
    assert y.creator.label == "_ * _"
    F.sum(y).backward()
    assert x.grad.tolist() == [3, 4]
    assert x.grad.dtype == numpy.float32


def test_matmul_operator_takes_arrays_on_either_side() -> None:
    x = Variable(floats(1, 2))
    assert (x @ numpy.array([3.0, 4.0])).array == 11
    assert (numpy.array([3.0, 4.0]) @ x).dtype == numpy.float32


def test_integers_keep_their_dtype_beside_a_number() -> None:
    x = Variable(numpy.array([1, 2]))
    assert (x + 1).dtype == x.dtype
    assert (x * 2).array.tolist() == [2, 4]


@pytest.mark.parametrize("other", [[1, 2], None, "a", object()])
def test_other_things_beside_a_variable_are_refused(other: Any) -> None:
    for operate in (operator.add, operator.sub, operator.mul, operator.truediv):
        with pytest.raises(TypeError):
            operate(Variable(floats(1, 2)), other)
        with pytest.raises(TypeError):
            operate(other, Variable(floats(1, 2)))
    with pytest.raises(TypeError):
        F.add(Variable(floats(1, 2)), other)


def test_plus_gives_the_variable_itself() -> None:
    x = Variable(floats(1, 2))
    assert +x is x


def test_augmented_assignment_makes_a_new_variable() -> None:
    x = y = Variable(floats(1, 2))
    y += 1
    assert y is not x
    assert x.array.tolist() == [1, 2]


def test_labels_are_chainers() -> None:
    x = Variable(floats(1, 2))
    made = [
        x + (-1),
        x - 1.5,
        -1 - x,
        x * -2,
        x / -4,
        -2 / x,
        x**-2,
        x + 1e-5,
        x * numpy.float32(3),
        x + x,
        -x,
        abs(x),
    ]
    expected = "_ + (-1), _ + (-1.5), (-1) - _, _ * (-2), _ * (-0.25), (-2) / _, _ ** (-2), _ + 1e-05, _ * 3.0, _ + _"
    assert [y.creator.label for y in made] == [*expected.split(", "), "__neg__", "|_|"]


def test_iteration_gives_variables_in_the_graph() -> None:
    x = Variable(floats(1, 2))
    first, second = x
    (first * 2 + second * 3).backward()
    assert x.grad.tolist() == [2, 3]


# ---- copies ----


def test_copy_shares_arrays_and_leaves_the_graph() -> None:
    x = Variable(floats(1, 2), name="x")
    x.grad = floats(3, 4)
    y = copy.copy(x)
    assert y.array is x.array
    assert y.grad is x.grad
    assert y.name == "x"
    assert y.node is not x.node
    assert copy.copy(x * 2).creator is None


def test_deepcopy_shares_nothing() -> None:
    x = Variable(floats(1, 2), name="x", requires_grad=False)
    x.grad = floats(3, 4)
    y = copy.deepcopy(x)
    y.array[...] = 0
    y.grad[...] = 0
    assert x.array.tolist() == [1, 2]
    assert x.grad.tolist() == [3, 4]
    assert (y.name, y.requires_grad) == ("x", False)
    assert copy.deepcopy(x * 2).creator is None


def test_pickle_keeps_array_gradient_name_and_requires_grad() -> None:
    x = Variable(floats(1, 2), name="x", requires_grad=False)
    x.grad = floats(3, 4)
    y = pickle.loads(pickle.dumps(x))
    assert (y.array.tolist(), y.grad.tolist(), y.name, y.requires_grad) == ([1, 2], [3, 4], "x", False)


# ---- devices ----


def test_to_device_moves_array_and_gradient_and_keeps_the_graph() -> None:
    import fake_module

    fake_module.install(engine.backend)
    x = Variable(floats(1, 2))
    h = x * 2
    h.grad = floats(3, 4)
    h.to_device("@fake:0")
    assert h.creator is not None
    assert type(h.array) is type(h.grad) is fake_module.fake.ndarray
    assert str(h.device) == "@fake:0"
    assert repr(h) == "variable([2., 4.])"
    h.to_cpu()
    assert h.array.tolist() == [2, 4]
    assert type(h.grad) is numpy.ndarray


def test_to_gpu_without_one_says_what_to_install() -> None:
    pytest.importorskip("engine.backends.cuda")
    if engine.backends.cuda.available:
        pytest.skip("there is a GPU")
    with pytest.raises(RuntimeError, match=r"pip install 'bpdebug\[cuda12\]'"):
        Variable(floats(1)).to_gpu()
