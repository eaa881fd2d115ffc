"""Chainer's classes that are made of several ops give what its functions, and their gradients, give."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy
import pytest

import engine
from engine import Variable, gradient_check
from engine import functions as F

_RNG = numpy.random.RandomState(0)
X = _RNG.uniform(-1, 1, (2, 3))
Y = _RNG.uniform(-1, 1, (2, 3))
GY = _RNG.uniform(-1, 1, (2, 3))
P = _RNG.uniform(0.2, 0.9, (2, 3))
Q = _RNG.uniform(0.2, 0.9, (2, 3))
V = _RNG.uniform(0.2, 0.9, 3)
T = numpy.array([0, 2])
LABELS = numpy.array([[1, 0, -1], [0, 1, -1]])
IMAGE = _RNG.uniform(-1, 1, (1, 2, 4, 4))
SMALL = _RNG.uniform(-1, 1, (1, 2, 2, 2))
C1, C2, X1, X2 = (_RNG.uniform(-1, 1, shape) for shape in ((2, 2), (2, 2), (2, 8), (2, 8)))
N = _RNG.uniform(-1, 1, (3, 3))
WHERE = _RNG.randint(0, 4, (1, 2, 2, 2))


def named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"engine.functions.{module}"), name)


def slopes(function: Callable[..., Any], *xs: numpy.ndarray) -> list[numpy.ndarray]:
    """The gradients of a function of variables at xs, for the output gradient GY, or its first elements."""
    variables = [Variable(x) for x in xs]
    y = function(*variables)
    gy = Variable(numpy.resize(GY, y.shape))
    return [gx.array for gx in engine.grad([y], variables, [gy]) if gx is not None]


def ones(shape: tuple[int, ...]) -> numpy.ndarray:
    return numpy.ones(shape, "i")


def gy_of(*shape: int) -> numpy.ndarray:
    return numpy.resize(GY, shape)


ELU, SIGMOID, TANH = F.elu(X, 1.5).array, F.sigmoid(X).array, F.tanh(X).array
E1, E2, W = X, SMALL[0, 0], _RNG.uniform(-1, 1, (3, 2, 2))

GRADIENTS: list[tuple[str, tuple[Any, ...], tuple[Any, ...], Callable[[], Any]]] = [
    ("activation.relu.ReLUGrad2", (F.relu(X),), (GY,), lambda: slopes(F.relu, X)),
    ("activation.clipped_relu.ClippedReLUGrad2", (X, 0.5), (GY,), lambda: slopes(lambda x: F.clipped_relu(x, 0.5), X)),
    ("activation.clipped_relu.ClippedReLUGrad3", (X, Y, 0.5), (GY,), (
        lambda: slopes(lambda x: F.clipped_relu(x, 0.5), X))),
    ("activation.hard_sigmoid.HardSigmoidGrad", (5 * X,), (GY,), lambda: slopes(F.hard_sigmoid, 5 * X)),
    ("activation.elu.ELUGrad", (1.5, X >= 0), (ELU,), lambda: [slopes(lambda x: F.elu(x, 1.5), X)[0] / GY]),
    ("activation.log_softmax.LogSoftmaxGrad", (numpy, (2, 3), "d", 1), (F.log_softmax(X), GY), (
        lambda: slopes(F.log_softmax, X))),
    ("activation.prelu.PReLUFunctionGrad", (X, (0,), (1, 3)), (X, V, GY), lambda: slopes(F.prelu, X, V)),
    ("activation.sigmoid.SigmoidGrad", ((None,),), (SIGMOID, GY), lambda: slopes(F.sigmoid, X)),
    ("activation.tanh.TanhGrad", (None,), (TANH, GY), lambda: slopes(F.tanh, X)),
    ("activation.softplus.SoftplusGrad", ((2.0,),), (X, GY), lambda: slopes(lambda x: F.softplus(x, 2.0), X)),
    ("activation.swish.SwishGrad", ((1, 3), (0,)), (X, V, GY), lambda: slopes(F.swish, X, V)),
    ("loss.sigmoid_cross_entropy.SigmoidCrossEntropyGrad", ("mean", 4, LABELS != -1, LABELS), (X, gy_of()), (
        lambda: slopes(lambda x: F.sigmoid_cross_entropy(x, LABELS), X))),
    ("loss.sigmoid_cross_entropy.SigmoidCrossEntropyGrad", ("no", None, LABELS != -1, LABELS), (X, GY), (
        lambda: slopes(lambda x: F.sigmoid_cross_entropy(x, LABELS, reduce="no"), X))),
    ("normalization.batch_normalization.BatchNormalizationGrad", (
        (0.1, None, (0,), None, None, None, (1,), None, None)), (X, V, GY), (
        lambda: slopes(lambda x, g, b: F.batch_normalization(x, g, b, 0.1), X, V, V))),
    ("normalization.batch_normalization.FixedBatchNormalizationGrad", (0.1, None, (0,), None, None), (
        X, V, V, V, GY), (lambda: slopes(lambda *xs: F.fixed_batch_normalization(*xs, 0.1), X, V, V, V, V))),
    ("normalization.local_response_normalization.LocalResponseNormalizationGrad", (3, 1.5, 0.3, 0.75), (
        X, F.local_response_normalization(X, 3, 1.5, 0.3), GY), (
        lambda: slopes(lambda x: F.local_response_normalization(x, 3, 1.5, 0.3), X))),
    ("noise.dropout.DropoutGrad", (2 * (X > 0),), (GY,), lambda: [2 * (X > 0) * GY]),
    ("math.basic_math.AbsoluteGrad", (X,), (GY,), lambda: slopes(F.absolute, X)),
    ("math.basic_math.DivGrad", (False,), (V, P, GY), lambda: slopes(lambda a, b: a / b, V, P)),
    ("math.basic_math.DivFromConstantGrad", (3.0,), (P, GY), lambda: slopes(lambda x: 3.0 / x, P)),
    ("math.basic_math.PowConstVarGrad", (3.0,), (3**X, GY), lambda: slopes(lambda x: 3.0**x, X)),
    ("math.basic_math.PowVarConstGrad", (3.0,), (P, GY), lambda: slopes(lambda x: x**3.0, P)),
    ("math.basic_math.PowVarVarGrad", (True, P**Q), (P, Q, GY), lambda: slopes(lambda a, b: a**b, P, Q)),
    ("math.batch_l2_norm_squared.BatchL2NormSquaredGrad", (), (X, gy_of(2)), (
        lambda: slopes(F.batch_l2_norm_squared, X))),
    ("math.clip.ClipGrad", (X, None, 0.3), (GY,), lambda: slopes(lambda x: F.clip(x, None, 0.3), X)),
    ("math.maximum.MaximumGrad", (X, V), (GY,), lambda: slopes(F.maximum, X, V)),
    ("math.minimum.MinimumGrad", (X, V), (GY,), lambda: slopes(F.minimum, X, V)),
    ("math.linear_interpolate.LinearInterpolateGrad", (), (P, X, Y, GY), lambda: slopes(F.linear_interpolate, P, X, Y)),
    *(
        (f"math.trigonometric.{name.title()}Grad", (), (P, GY), lambda name=name: slopes(getattr(F, name), P))
        for name in ("arccos", "arcsin", "arctan", "cos", "sin")
    ),
    ("math.trigonometric.Arctan2Grad", (), (P, Q, GY), lambda: slopes(F.arctan2, P, Q)),
    ("array.select_item.Assign", ((2, 3), "d", T), (gy_of(2),), lambda: slopes(lambda x: F.select_item(x, T), X)),
    ("array.diagonal.DiagonalGrad", ((3, 4), 1, 0, 1), (gy_of(3),), (
        lambda: slopes(lambda x: F.diagonal(x, 1), numpy.ones((3, 4))))),
    ("array.repeat.RepeatGrad", ((1, 2, 0), 1, (2, 3), "d"), (GY,), (
        lambda: slopes(lambda x: F.repeat(x, (1, 2, 0), 1), X))),
    ("array.resize_images.ResizeImagesGrad", ((1, 2, 4, 4), (3, 5), "bilinear", True), (gy_of(1, 2, 3, 5),), (
        lambda: slopes(lambda x: F.resize_images(x, (3, 5)), IMAGE))),
    ("math.matmul.BatchMatMulGrad", (False, True), (IMAGE[0], IMAGE[0], gy_of(2, 4, 4)), (
        lambda: slopes(lambda a, b: F.matmul(a, b, False, True), IMAGE[0], IMAGE[0]))),
    ("connection.bilinear.BilinearFunctionGrad", (), (E1, E2, W, gy_of(2, 2)), lambda: slopes(F.bilinear, E1, E2, W)),
    ("connection.linear.LinearGradData", (), (X, gy_of(4, 2)), lambda: slopes(F.linear, numpy.ones((4, 3)), X)[:1]),
    ("connection.linear.LinearGradWeight", (None,), (X, gy_of(2, 2)), lambda: slopes(F.linear, X, Y)[1:]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "arguments", "inputs", "expected"), [pytest.param(*case, id=case[0]) for case in GRADIENTS]
)
def test_a_gradient_made_as_in_chainer_is_that_of_the_function(
    path: str, arguments: tuple[Any, ...], inputs: tuple[Any, ...], expected: Callable[[], Any]
) -> None:
    rule = named(path)(*arguments)
    found = [y.array for y in rule.apply(inputs)]
    for gx, right in zip(found, expected(), strict=True):
        numpy.testing.assert_allclose(gx, right, rtol=1e-9)
    xs = tuple(getattr(x, "array", x) for x in inputs)
    gradient_check.check_backward(
        lambda *variables: rule.apply(variables),
        xs,
        tuple(numpy.ones_like(y) for y in found),
        atol=1e-5,
        rtol=1e-4,
    )
    assert isinstance(rule, named(path))


@pytest.mark.parametrize(
    ("path", "function", "count"), [("rnn.lstm.LSTMGrad", F.lstm, 1), ("rnn.slstm.SLSTMGrad", F.slstm, 2)]
)
def test_a_cells_gradient_is_called_with_its_new_state(path: str, function: Any, count: int) -> None:
    xs = [Variable(x) for x in ((C1, X1) if count == 1 else (C1, C2, X1, X2))]
    c, h = function(*xs)
    gys = [Variable(gy_of(2, 2)), Variable(2 * gy_of(2, 2))]
    found = named(path)()(*xs, c, *gys)
    for gx, right in zip(found, engine.grad([c, h], xs, gys), strict=True):
        numpy.testing.assert_allclose(gx.array, right.array)


@pytest.mark.parametrize(
    ("path", "arguments", "inputs", "expected"),
    [
        ("array.dstack.Dstack", (), (X, Y), lambda: F.dstack([X, Y])),
        ("array.hstack.Hstack", (), (X, Y), lambda: F.hstack([X, Y])),
        ("array.vstack.Vstack", (), (X, Y), lambda: F.vstack([X, Y])),
        ("array.stack.Stack", (1,), (X, Y), lambda: F.stack([X, Y], 1)),
        ("array.separate.Separate", (1,), (X,), lambda: F.separate(X, 1)),
        ("array.expand_dims.ExpandDims", (1,), (X,), lambda: F.expand_dims(X, 1)),
        ("array.squeeze.Squeeze", (0,), (IMAGE,), lambda: F.squeeze(IMAGE, 0)),
        ("array.swapaxes.Swapaxes", (1, 3), (IMAGE,), lambda: F.swapaxes(IMAGE, 1, 3)),
        ("array.moveaxis.Moveaxis", ((0, 1), (-1, 0)), (IMAGE,), lambda: F.moveaxis(IMAGE, (0, 1), (-1, 0))),
        ("array.rollaxis.Rollaxis", (2, 0), (IMAGE,), lambda: F.rollaxis(IMAGE, 2)),
        ("array.select_item.SelectItem", (), (X, T), lambda: F.select_item(X, T)),
        ("math.tensordot.TensorDot", (((0,), (0,)),), (X, Y), lambda: F.tensordot(X, Y, ((0,), (0,)))),
        ("math.matmul.BatchMatMul", (True,), (IMAGE, IMAGE), lambda: F.matmul(IMAGE, IMAGE, True)),
        ("connection.bilinear.BilinearFunction", (), (E1, E2, W), lambda: F.bilinear(E1, E2, W)),
        ("loss.negative_sampling.NegativeSamplingFunction", (ones, 2, "no"), (X, T, N), (
            lambda: F.negative_sampling(X, T, N, ones, 2, "no"))),
        ("pooling.upsampling_2d.Upsampling2D", (WHERE, 2, 2, 0, (4, 4), False), (SMALL,), (
            lambda: F.upsampling_2d(SMALL, WHERE, 2, 2, 0, (4, 4), False))),
    ],
)  # fmt: skip
def test_an_op_that_is_several_here_gives_what_its_function_gives(
    path: str, arguments: tuple[Any, ...], inputs: tuple[Any, ...], expected: Callable[[], Any]
) -> None:
    right = expected()
    ys = named(path)(*arguments).apply(inputs)
    for y, z in zip(ys, right if isinstance(right, tuple) else (right,), strict=True):
        numpy.testing.assert_array_equal(y.array, z.array)


@pytest.mark.parametrize(
    ("module", "name", "arguments", "x"),
    [
        ("pooling.average_pooling_2d", "AveragePooling2D", (2, 2, 0, False), IMAGE),
        ("pooling.average_pooling_nd", "AveragePoolingND", (2, 3, 1, 1), IMAGE),
        ("pooling.max_pooling_nd", "MaxPoolingND", (2, 2, 2, 0, False), IMAGE),
        ("pooling.unpooling_2d", "Unpooling2D", (2, 2, 0, (4, 4), False), SMALL),
        ("pooling.unpooling_nd", "UnpoolingND", (2, 2, 2, 0, (4, 4), False), SMALL),
        ("pooling.upsampling_2d", "Upsampling2D", (WHERE, 2, 2, 0, (4, 4), False), SMALL),
    ],
)
def test_a_gradient_is_made_from_a_pooling_that_was_applied(
    module: str, name: str, arguments: tuple[Any, ...], x: numpy.ndarray
) -> None:
    op = named(f"{module}.{name}")(*arguments)
    variable = Variable(x)
    (y,) = op.apply((variable,))
    gy = Variable(numpy.resize(GY, y.shape))
    (found,) = named(f"{module}.{name}Grad")(op).apply((gy,))
    numpy.testing.assert_allclose(found.array, engine.grad([y], [variable], [gy])[0].array)
    if name == "MaxPoolingND":
        (again,) = named(f"{module}.MaxPoolingNDWithIndexes")(op).apply((x,))
        numpy.testing.assert_array_equal(again.array, y.array)


def test_the_gradients_of_filters_are_those_of_the_convolution() -> None:
    W = _RNG.uniform(-1, 1, (3, 2, 2, 2))
    op = named("connection.convolution_nd.ConvolutionND")(2, 1, 1)
    x, filters = Variable(IMAGE), Variable(W)
    (y,) = op.apply((x, filters))
    gy = Variable(numpy.resize(GY, y.shape))
    right = engine.grad([y], [filters], [gy])[0].array
    flat = named("connection.convolution_2d.Convolution2DFunction")(1, 1)
    for rule in (
        named("connection.convolution_nd.ConvolutionNDGradW")(op),
        named("connection.convolution_2d.Convolution2DGradW")(flat, W.shape, W.dtype, None),
    ):
        numpy.testing.assert_allclose(rule.apply((x, gy))[0].array, right)


def test_a_tree_is_parsed_into_paths_and_codes() -> None:
    module = importlib.import_module("engine.links.loss.hierarchical_softmax")
    parser = module.TreeParser("f")
    parser.parse(((0, (3, 1)), 2))
    assert parser.size() == 3
    paths = {leaf: nodes.tolist() for leaf, nodes in parser.get_paths().items()}
    assert paths == {0: [0, 1], 1: [0, 1, 2], 2: [0], 3: [0, 1, 2]}
    assert parser.get_codes()[1].tolist() == [1, -1, -1]
    loss = module.BinaryHierarchicalSoftmaxFunction(((0, (3, 1)), 2), "d")
    link = engine.links.BinaryHierarchicalSoftmax(3, ((0, (3, 1)), 2), "d")
    numpy.testing.assert_array_equal(loss(X, T, link.W).array, link(X, T).array)


def test_an_op_keeps_what_it_computed_on_the_way_under_chainers_names() -> None:
    gamma, beta = numpy.ones(2), numpy.zeros(2)
    op = F.batch_normalization(Variable(IMAGE), gamma, beta, 0.1).creator
    axes = (0, 2, 3)
    numpy.testing.assert_allclose(op.mean, IMAGE.mean(axes))
    assert op.mean[op.expander].shape == (1, 2, 1, 1)
    assert op.key_axis == (1,)
    numpy.testing.assert_allclose(op.inv_std, (IMAGE.var(axes) + 0.1) ** -0.5)
    op = F.fixed_batch_normalization(Variable(IMAGE), gamma, beta, beta, gamma, 0.1).creator
    numpy.testing.assert_allclose(op.inv_std, 1.1**-0.5 * gamma)
    numpy.testing.assert_allclose(op.inv_var, gamma / 1.1)
    op = F.sigmoid_cross_entropy(Variable(X), LABELS).creator
    assert op.count == 4
    numpy.testing.assert_array_equal(op.ignore_mask, LABELS != -1)
