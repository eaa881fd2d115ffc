"""Corners of variables, gradients and helpers in which real Chainer 7.8.1 was asked what happens."""

from __future__ import annotations

import importlib
import operator
from collections.abc import Callable
from typing import Any
from unittest import mock

import numpy
import pytest

import engine
from engine import Chain, ChainList, Parameter, Sequential, Variable, optimizers
from engine import functions as F
from engine import links as L
from engine.computational_graph import build_computational_graph
from engine.link_hooks import SpectralNormalization
from engine.utils import conv, conv_nd
from engine.utils.type_check import InvalidType


def floats(*values: float) -> numpy.ndarray:
    return numpy.array(values, numpy.float32)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x * x,
        lambda x: x * numpy.ones(2, numpy.int64),
        lambda x: x / x,
        lambda x: 1 / x,
        lambda x: 2 // x,
        abs,
        F.absolute,
    ],
)
def test_products_quotients_and_absolute_values_are_of_floats(call: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidType, match="kind == f"):
        call(Variable(numpy.array([1, 2])))


def test_whole_numbers_can_be_added_and_multiplied_by_a_number() -> None:
    x = Variable(numpy.array([1, 2], numpy.int32))
    assert (x + x - 1).array.tolist() == [1, 3]
    assert (3 * x).dtype == numpy.int32


@pytest.mark.parametrize(
    ("name", "label"), [("add", "_ + _"), ("sub", "_ - _"), ("mul", "_ * _"), ("truediv", "_ / _")]
)
def test_an_array_without_axes_is_an_operand_and_no_number(name: str, label: str) -> None:
    y = getattr(operator, name)(Variable(floats(1, 2)), numpy.array(2.0))
    assert y.creator.label == label
    assert y.dtype == numpy.float32


def test_gradients_without_axes_stay_arrays_when_they_are_added() -> None:
    x = Variable(numpy.array(1, numpy.float32), grad=numpy.array(2, numpy.float32))
    x.addgrad(x)
    assert type(x.grad) is numpy.ndarray
    assert x.grad == 4


def test_adding_a_gradient_initializes_a_parameter() -> None:
    late, other = Parameter(1.0), Parameter(2.0, (2,))
    late.cleargrad()
    other.grad = floats(1, 2)
    late.addgrad(other)
    assert late.array.tolist() == [1, 1]
    assert late.grad.tolist() == [1, 2]


def test_a_gradient_set_to_zero_ahead_can_be_asked_for() -> None:
    link = L.Linear(None, 2, nobias=True)
    with pytest.raises(RuntimeError, match="parameter W has no gradient"):
        link.W.grad  # noqa: B018
    with pytest.warns(DeprecationWarning, match="cleargrads"):
        link.zerograds()
    assert link.W.grad is None
    link(numpy.ones((1, 3), numpy.float32))
    assert link.W.grad.tolist() == [[0] * 3] * 2


def test_backward_from_one_element_with_axes_warns() -> None:
    x = Variable(floats(3))
    y = x * x
    with pytest.warns(DeprecationWarning, match=r"shape \(1,\)"):
        y.backward()
    assert x.grad.tolist() == [6]


def test_backward_of_several_wants_a_list() -> None:
    with pytest.raises(TypeError, match="tuple or a list of variables, not Variable"):
        engine.backward(F.sum(Variable(floats(1))))  # type: ignore[arg-type]


def test_grad_retains_gradients_at_both_ends() -> None:
    x = Variable(floats(1, 2))
    h = x * 2
    y = F.sum(h * h)
    engine.grad([y], [h], retain_grad=True)
    assert (h.grad.tolist(), y.grad) == ([4, 8], 1)
    z = F.sum(x)
    engine.grad([z], [Variable(floats(1))], retain_grad=True)
    assert z.grad == 1


def test_a_type_check_that_was_put_on_one_node_is_asked() -> None:
    node = F.activation.relu.ReLU()
    node.check_type_forward = mock.Mock()
    node.apply((floats(1),))
    assert node.check_type_forward.call_count == 1
    again = F.activation.relu.ReLU()
    again.check_type_forward = mock.Mock()
    with engine.using_config("type_check", False):
        again.apply((floats(1),))
    assert not again.check_type_forward.called


def test_windows_take_their_arguments_in_chainers_order() -> None:
    image = numpy.arange(25, dtype=numpy.float32).reshape(1, 1, 5, 5)
    whole = conv.im2col(image, 2, 2, 2, 2, 0, 0, True, 1, 1)
    assert whole.shape == (1, 1, 2, 2, 3, 3)
    assert whole.max() == 24
    framed = conv.im2col_cpu(image, 3, 3, 2, 2, 1, 1, 9)
    assert framed[0, 0, 0, 0, 0, 0] == 9
    assert conv.im2col_gpu(image, 3, 3, 2, 2, 1, 1)[0, 0, 0, 0, 0, 0] == 0
    numpy.testing.assert_array_equal(conv_nd.im2col_nd(image, (2, 2), (2, 2), (0, 0), True), whole)
    numpy.testing.assert_array_equal(conv_nd.im2col_nd_cpu(image, (3, 3), (2, 2), (1, 1), 9), framed)


def test_gradients_are_looked_at_for_nan_with_dynamic_loss_scaling_only() -> None:
    link = L.Linear(1, 1)
    optimizer = optimizers.SGD().setup(link)
    link.W.grad = floats(numpy.nan).reshape(1, 1)
    optimizer.check_nan_in_grads()
    assert optimizer.is_safe_to_update()
    optimizer.loss_scaling()
    link.b.grad = floats(0)
    with pytest.warns(UserWarning, match="the gradient of /W isn't finite"):
        optimizer.check_nan_in_grads()
    assert not optimizer.is_safe_to_update()


def test_six_is_there_as_it_is_with_chainer() -> None:
    assert importlib.import_module("six").moves.range is range


def test_a_chain_that_is_copied_anew_draws_as_many_numbers_as_chainers() -> None:
    def weights(*shapes: tuple[int, ...]) -> list[Any]:
        return [numpy.random.normal(0, 1 / numpy.sqrt(2), shape).astype("f") for shape in shapes]

    inner = Chain(b=L.Linear(2, 2, nobias=True))
    chain = Chain(a=L.Linear(2, 2, nobias=True), inner=inner, late=L.Linear(None, 2, nobias=True))
    square = (2, 2)
    numpy.random.seed(1)
    # The chain fills all, then each child itself: `a` a second time, `inner` all of its own and then `b`.
    _, _, a, _, b = weights(square, square, square, square, square)
    behind = numpy.random.rand()
    numpy.random.seed(1)
    copied = chain.copy("init")
    assert numpy.random.rand() == behind
    numpy.testing.assert_array_equal(copied.a.W.array, a)
    numpy.testing.assert_array_equal(copied.inner.b.W.array, b)
    assert not copied.late.W.is_initialized


def test_a_list_of_links_that_is_copied_anew_keeps_what_it_owns_itself() -> None:
    links = ChainList(L.Linear(2, 2))
    with links.init_scope():
        links.own = Parameter(engine.initializers.Normal(), (2,))
    copied = links.copy("init")
    numpy.testing.assert_array_equal(copied.own.array, links.own.array)
    assert (copied[0].W.array != links[0].W.array).any()


def test_a_spectral_norm_multiplies_by_factor_and_gamma() -> None:
    x = numpy.ones((2, 3), "f")

    def output(**options: Any) -> Any:
        numpy.random.seed(0)
        return L.Linear(3, 4).add_hook(SpectralNormalization(use_gamma=True, **options))(x).array

    numpy.testing.assert_allclose(output(factor=3.0), 3 * output(), rtol=1e-6)


def test_a_comparison_without_axes_chooses() -> None:
    x = Variable(numpy.array(2, numpy.float32))
    assert F.where(x.array > 1, x, x * 3).array == 2


def test_a_cast_to_the_same_dtype_is_a_step_of_its_own_in_the_graph() -> None:
    x = Variable(floats(1, 2))
    y = F.cast(x, "f")
    assert y is not x
    assert y.creator.label == "Cast"
    with engine.no_backprop_mode():
        assert F.cast(x, "f") is x


def test_whole_numbers_get_no_gradient_from_a_cast() -> None:
    x = Variable(numpy.array([1, 2]))
    F.sum(F.cast(x, "f")).backward()
    assert x.grad is None


def test_what_is_flat_already_stays() -> None:
    x = Variable(floats(1, 2))
    assert F.flatten(x) is x


def test_a_layer_goes_in_at_a_place_that_is_there() -> None:
    model = Sequential(F.relu, F.tanh)
    for place in (-3, 3):
        with pytest.raises(IndexError, match="out of range"):
            model.insert(place, F.sin)
    model.insert(-2, F.sin)
    model.insert(3, F.cos)
    assert list(model) == [F.sin, F.relu, F.tanh, F.cos]


def test_nodes_of_a_picture_have_shapes_also_with_a_style_of_ones_own() -> None:
    graph = build_computational_graph(
        [Variable(floats(1)) * 2], variable_style={"color": "red"}, function_style={}
    )
    text = graph.dump()
    assert '[label="(1), float32",shape="oval",color="red"]' in text
    assert '[label="_ * 2",shape="box"]' in text


def test_statistics_move_once_in_what_is_computed_again() -> None:
    x = floats(1, 2, 3, 5).reshape(4, 1)
    plain, forgetting = L.BatchNormalization(1), L.BatchNormalization(1)
    F.sum(plain(Variable(x))).backward()
    recomputing = []

    def normalized(x: Any) -> Any:
        recomputing.append(engine.config.in_recomputing)
        return forgetting(x)

    F.sum(F.forget(normalized, Variable(x))).backward()
    assert recomputing == [False, True]
    numpy.testing.assert_array_equal(forgetting.avg_mean, plain.avg_mean)


@pytest.mark.parametrize("function", [F.vstack, F.dstack])
def test_arrays_with_different_numbers_of_axes_are_not_stacked(function: Callable[[Any], Any]) -> None:
    with pytest.raises(InvalidType, match="ndim"):
        function([numpy.ones((2, 3)), numpy.ones(3)])


def test_weights_are_floats() -> None:
    image, W = numpy.ones((1, 1, 3, 3), "f"), numpy.ones((1, 1, 2, 2), "i")
    for call in (
        lambda: F.linear(numpy.ones((1, 2), "f"), numpy.ones((3, 2), "i")),
        lambda: F.convolution_2d(image, W),
        lambda: F.deconvolution_2d(image, W),
        lambda: F.depthwise_convolution_2d(image, W),
    ):
        with pytest.raises(InvalidType, match=r"W\.dtype\.kind == f"):
            call()


@pytest.mark.parametrize("mask", [numpy.array([[2], [0]], "f"), numpy.array([2, 0, 2], "f")])
def test_a_mask_of_dropout_may_be_stretched(mask: numpy.ndarray) -> None:
    x = Variable(numpy.ones((2, 3), "f"))
    y = F.dropout(x, mask=mask)
    F.sum(y).backward()
    assert y.array.tolist() == x.grad.tolist() == numpy.broadcast_to(mask, (2, 3)).tolist()


@pytest.mark.parametrize("normalize", [True, False])
def test_the_mean_of_losses_with_soft_targets_is_over_all_places(normalize: bool) -> None:
    target = numpy.full((2, 3, 4), 1 / 3, "f")
    loss = F.softmax_cross_entropy(Variable(numpy.zeros((2, 3, 4), "f")), target, normalize)
    numpy.testing.assert_allclose(loss.array, numpy.log(3), rtol=1e-6)
