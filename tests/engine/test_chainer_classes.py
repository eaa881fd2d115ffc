"""Classes of ops under Chainer's names take Chainer's arguments and give what the public functions give."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from engine import Variable
from engine import functions as F
from engine.functions.activation.relu import ReLU
from engine.functions.connection.convolution_2d import Convolution2DFunction
from engine.utils import CooMatrix

_RNG = numpy.random.RandomState(0)
X = _RNG.normal(size=(2, 3, 6, 5)).astype("f")
W = _RNG.normal(size=(4, 3, 3, 2)).astype("f")
V = _RNG.normal(size=(3, 4, 3, 2)).astype("f")
M = _RNG.normal(size=(3, 4)).astype("f")
B = numpy.ones(4, "f")
ROIS = numpy.array([[0, 0, 0, 3, 3]], "f")
BOXES, WHICH = numpy.array([[0, 0, 3, 3]], "f"), numpy.array([0], "i")
NINE = _RNG.normal(size=(1, 9, 4, 4)).astype("f")
ORDER = numpy.array([2, 0, 3, 1])
ROW, COL, ELEMENTS = numpy.array([0, 2, 2]), numpy.array([1, 0, 3]), numpy.array([1.5, -2, 3], "f")
LABELS = numpy.array([0, 1, -1])


def sparse(elements: Variable) -> CooMatrix:
    matrix = CooMatrix(elements.array, ROW, COL, (3, 4))
    matrix.data = elements
    return matrix


def named(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(f"engine.functions.{module}"), name)


@pytest.mark.parametrize(
    ("path", "arguments", "inputs", "function"),
    [
        ("connection.convolution_2d.Convolution2DFunction", (2, 1, True), (X, W, B), lambda x, w, b: (
            F.convolution_2d(x, w, b, 2, 1, True))),
        ("connection.convolution_nd.ConvolutionND", (2, (1, 2), 1), (X, W), lambda x, w: (
            F.convolution_nd(x, w, None, (1, 2), 1))),
        ("connection.deconvolution_2d.Deconvolution2DFunction", (2, 0, (14, 10)), (X, V), lambda x, w: (
            F.deconvolution_2d(x, w, None, 2, 0, (14, 10)))),
        ("connection.deconvolution_nd.DeconvolutionND", (2, 2), (X, V), lambda x, w: (
            F.deconvolution_nd(x, w, None, 2))),
        ("connection.local_convolution_2d.LocalConvolution2DFunction", (), (X, numpy.ones((2, 5, 4, 3, 2, 2), "f")),
            F.local_convolution_2d),
        ("connection.shift.Shift", (), (NINE,), F.shift),
        ("pooling.max_pooling_nd.MaxPoolingND", (2, 3, 2, 1), (X,), lambda x: F.max_pooling_nd(x, 3, 2, 1)),
        ("pooling.average_pooling_2d.AveragePooling2D", (3, 2, 1, False), (X,), lambda x: (
            F.average_pooling_2d(x, 3, 2, 1))),
        ("pooling.average_pooling_nd.AveragePoolingND", (2, 3, 2, 1, False, None), (X,), lambda x: (
            F.average_pooling_nd(x, 3, 2, 1, None))),
        ("pooling.unpooling_2d.Unpooling2D", (2,), (X,), lambda x: F.unpooling_2d(x, 2)),
        ("pooling.unpooling_nd.UnpoolingND", (2, 2, None, 0, (12, 10)), (X,), lambda x: (
            F.unpooling_nd(x, 2, outsize=(12, 10)))),
        ("pooling.roi_pooling_2d.ROIPooling2D", (2, 3, 1.0), (X, ROIS), lambda x, r: (
            F.roi_pooling_2d(x, r, 2, 3, 1.0))),
        ("pooling.roi_max_align_2d.ROIMaxAlign2D", ((2, 2), 1.0, (1, 1)), (X, BOXES, WHICH), lambda x, r, i: (
            F.roi_max_align_2d(x, r, i, (2, 2), 1.0, 1))),
        ("array.get_item.GetItem", (1,), (M,), lambda x: x[1]),
        ("array.get_item.GetItemGrad", (1, (3, 4)), (B,), lambda x: (
            F.scatter_add(numpy.zeros((3, 4), "f"), 1, x))),
        ("array.scatter_add.ScatterAdd", (1,), (M, B), lambda a, b: F.scatter_add(a, 1, b)),
        ("array.fliplr.FlipLR", (), (M,), F.fliplr),
        ("array.flipud.FlipUD", (), (M,), F.flipud),
        ("array.cast.Cast", ("d",), (M,), lambda x: F.cast(x, "d")),
        ("array.as_strided.AsStrided", ((2, 2), (1, 1), 1), (M,), lambda x: F.as_strided(x, (2, 2), (1, 1), 1)),
        ("array.transpose_sequence.TransposeSequence", (4,), (M[0], M[1]), lambda a, b: (
            F.transpose_sequence([a, b])[0])),
        ("array.where.Where", (M > 0,), (M, B), lambda a, b: F.where(M > 0, a, b)),
        ("array.permutate.Permutate", (ORDER, 1, True), (M,), lambda x: F.permutate(x, ORDER, 1, True)),
        ("array.split_axis.SplitAxis", ([1, 3], -1), (M,), lambda x: F.split_axis(x, [1, 3], 1)[0]),
        ("array.split_axis.SplitAxis", (numpy.array(2), 1), (M,), lambda x: F.split_axis(x, 2, 1)[0]),
        ("math.cumsum.Cumsum", (), (M,), F.cumsum),
        ("math.cumprod.Cumprod", (None,), (M,), F.cumprod),
        ("math.einsum.EinSum", ("ij,kj", "ki"), (M, M), lambda a, b: F.einsum("ij,kj->ki", a, b)),
        ("math.einsum.EinSum", ("@j,j", "@"), (X, X[0, 0, 0]), lambda a, b: F.einsum("...j,j->...", a, b)),
        ("math.matmul.MatMul", (False, True, True), (M, M), lambda a, b: F.matmul(a, b, False, True).T),
        ("math.matmul.MatMul", (True, False, True), (M, M[:, 0]), lambda a, b: F.matmul(a, b, True)),
        ("math.sparse_matmul.CooMatMul", (ROW, COL, (3, 4), "other", True), (ELEMENTS, M), lambda a, b: (
            F.sparse_matmul(sparse(a), b, True))),
        ("math.sparse_matmul.CooMatMul", (ROW, COL, (3, 4), "other", True, True, True), (ELEMENTS, M.T), lambda a, b: (
            F.sparse_matmul(b, sparse(a)))),
        ("math.fft.FFT", ("ifft",), (M, M), lambda a, b: F.ifft((a, b))[0]),
        ("noise.dropout.Dropout", (0.5, 2 * numpy.ones((3, 4), "f")), (M,), lambda x: 2 * x),
        ("loss.softmax_cross_entropy.SoftmaxCrossEntropy", (False, True, None, -1, "no"), (M, LABELS), lambda x, t: (
            F.softmax_cross_entropy(x, t, False, reduce="no"))),
    ],
)  # fmt: skip
def test_an_op_made_as_in_chainer_is_the_op_of_the_function(
    path: str, arguments: tuple[Any, ...], inputs: tuple[Any, ...], function: Callable[..., Any]
) -> None:
    op = named(path)(*arguments)
    xs = [Variable(x) for x in inputs]
    y = op.apply(xs)[0]
    zs = [Variable(x) for x in inputs]
    z = function(*zs)
    numpy.testing.assert_array_equal(y.array, z.array)
    for result in (y, z):
        result.grad = numpy.ones_like(result.array)
        result.backward()
    for x, w in zip(xs, zs, strict=True):
        numpy.testing.assert_array_equal(x.grad, w.grad)
    assert y.creator is op


def test_an_op_is_an_instance_of_the_class_of_its_label_only() -> None:
    flat, deep = F.convolution_2d(X, W).creator, F.convolution_nd(X[..., 0], W[..., 0]).creator
    two = named("connection.convolution_2d.Convolution2DFunction")
    any_number = named("connection.convolution_nd.ConvolutionND")
    assert isinstance(flat, two)
    assert not isinstance(flat, any_number)
    assert isinstance(deep, any_number)
    assert not isinstance(deep, two)
    assert not isinstance(F.relu(X).creator, two)


def test_a_pooling_that_was_applied_has_its_indexes() -> None:
    op = named("pooling.max_pooling_nd.MaxPoolingND")(2, 2, 2)
    op.apply((X,))
    numpy.testing.assert_array_equal(op.indexes, F.max_pooling_2d(X, 2, return_indices=True)[1])


@pytest.mark.parametrize("cached", [True, False])
def test_a_loss_gives_the_score_that_it_keeps(cached: bool) -> None:
    loss = F.softmax_cross_entropy(Variable(M), LABELS, cache_score=cached)
    if cached:
        numpy.testing.assert_allclose(loss.creator.y, F.softmax(M).array, rtol=1e-6)
    else:
        assert loss.creator.y is None


def test_an_op_keeps_the_keywords_of_its_padding() -> None:
    op = named("array.pad.Pad")((1, 2), "constant", constant_values=7)
    (y,) = op.apply((M,))
    numpy.testing.assert_array_equal(y.array, numpy.pad(M, (1, 2), "constant", constant_values=7))
    (again,) = type(op).of_settings(op.settings()).apply((M,))
    numpy.testing.assert_array_equal(again.array, y.array)


@pytest.mark.parametrize("name", ["math.matmul.MatMul", "math.sparse_matmul.CooMatMul"])
def test_a_product_has_the_dtype_that_is_asked_for(name: str) -> None:
    is_sparse = "sparse" in name
    op = named(name)(*((ROW, COL, (3, 4)) if is_sparse else ()), transb=True, dtype="d")
    xs = [Variable(ELEMENTS if is_sparse else M), Variable(M)]
    (y,) = op.apply(xs)
    assert y.dtype == numpy.float64
    y.grad = numpy.ones_like(y.array)
    y.backward()
    assert [x.grad.dtype for x in xs] == [numpy.float32, numpy.float32]


LENGTHS = numpy.array([4, 3], "i"), numpy.array([2, 1], "i")
PATHS = numpy.array([[1, 2], [3, 3]], "i")


@pytest.mark.parametrize(
    ("path", "arguments", "inputs", "function"),
    [
        ("loss.hinge.Hinge", ("L2",), (M, numpy.array([0, 1, 2])), lambda x, t: F.hinge(x, t, "L2")),
        ("loss.decov.DeCov", ("no",), (M,), lambda x: F.decov(x, "no")),
        ("loss.ctc.ConnectionistTemporalClassification", (0, "no"), (*LENGTHS, PATHS, *X[:, 0, :, :4].swapaxes(0, 1)), (
            lambda i, n, t, *x: F.connectionist_temporal_classification(list(x), t, 0, i, n, "no"))),
        ("rnn.tree_lstm.TreeLSTM", (), (M, M + 1, _RNG.normal(size=(3, 20)).astype("f")), F.tree_lstm),
        ("evaluation.binary_accuracy.BinaryAccuracy", (), (B, LABELS[[0, 1, 2, 0]]), F.binary_accuracy),
        ("evaluation.r2_score.R2_score", (None, "raw_values"), (M, M[::-1].copy()), lambda x, t: (
            F.r2_score(x, t, None, "raw_values"))),
        ("pooling.roi_average_align_2d.ROIAverageAlign2D", ((2, 2), 1.0), (X, BOXES, WHICH), lambda x, r, i: (
            F.roi_average_align_2d(x, r, i, (2, 2), 1.0))),
    ],
)  # fmt: skip
def test_an_op_that_is_a_function_in_chainer_is_called_more_than_once(
    path: str, arguments: tuple[Any, ...], inputs: tuple[Any, ...], function: Callable[..., Any]
) -> None:
    op = named(path)(*arguments)
    expected = function(*inputs)
    for _ in range(2):
        found = op(*inputs)
        for y, z in zip(*((r if isinstance(r, tuple) else (r,)) for r in (found, expected)), strict=True):
            numpy.testing.assert_array_equal(y.array, z.array)
    assert op.node is op


def test_a_function_called_again_leaves_the_graph_of_its_first_call() -> None:
    op = named("loss.decov.DeCov")()
    first, second = Variable(M), Variable(2 * M)
    y, z = op(first), op(second)
    y.backward()
    assert first.grad is not None
    assert second.grad is None
    z.backward()
    numpy.testing.assert_allclose(second.grad, 8 * first.grad, rtol=1e-5)


def test_an_op_that_is_a_function_node_in_chainer_is_no_callable() -> None:
    with pytest.raises(RuntimeError, match="which is no callable"):
        named("activation.relu.ReLU")()(M)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: F.convolution_2d(X, W, stride=(2, 1), pad=(0, 1)), {
            "sy": 2, "sx": 1, "ph": 0, "pw": 1, "dy": 1, "dx": 1, "groups": 1, "cover_all": False, "stride": (2, 1)}),
        (lambda: F.deconvolution_2d(X, V, stride=2), {"sy": 2, "outh": 13, "outw": 10, "groups": 1}),
        (lambda: F.max_pooling_2d(X, (3, 2), 2, 1), {
            "kh": 3, "kw": 2, "sy": 2, "ph": 1, "ksize": (3, 2), "stride": (2, 2), "cover_all": True, "ndim": 2}),
        (lambda: F.average_pooling_2d(X, 2), {"kw": 2, "sx": 2, "pw": 0, "cover_all": False}),
        (lambda: F.unpooling_2d(X, 2, cover_all=False), {"kh": 2, "outh": 12, "outw": 10}),
        (lambda: F.im2col(X, 2, 1, 1, dilate=2), {"kh": 2, "sy": 1, "pw": 1, "dx": 2}),
        (lambda: F.dropout(X, 0.3), {"dropout_ratio": 0.3}),
        (lambda: F.rrelu(X, 0.1, 0.2), {"lower": 0.1, "upper": 0.2}),
        (lambda: F.zoneout(X, X, 0.3), {"zoneout_ratio": 0.3}),
        (lambda: F.cast(M, "d"), {"type": numpy.float64}),
        (lambda: F.get_item(M, (0, slice(1))), {"slices": (0, slice(1))}),
        (lambda: F.roi_pooling_2d(X, ROIS, 2, 3, 0.5), {"outh": 2, "outw": 3, "spatial_scale": 0.5}),
    ],
)  # fmt: skip
def test_a_walk_over_a_graph_reads_the_settings_under_chainers_names(
    make: Callable[[], Variable], expected: dict[str, Any]
) -> None:
    op = make().creator
    assert {name: getattr(op, name) for name in expected} == expected


class _GuidedReLU(ReLU):
    """A script's variant of an op, with a rule of its own that asks the op's."""

    def backward(self, indexes, gys):
        (gx,) = super().backward(indexes, gys)
        return (gx * (gys[0].array > 0),)


class _DoubledReLU(ReLU):
    def forward_cpu(self, inputs):
        (y,) = super().forward_cpu(inputs)
        return (2 * y,)


@pytest.mark.parametrize("enable_double_backprop", [False, True])
def test_a_scripts_variant_of_an_op_has_its_own_backward_rule(enable_double_backprop):
    x = Variable(numpy.array([1.0, -1.0, 2.0]))
    y = _GuidedReLU().apply((x,))[0]
    y.grad = numpy.array([3.0, 3.0, -3.0])
    y.backward(enable_double_backprop=enable_double_backprop)
    numpy.testing.assert_array_equal(x.grad, [3, 0, 0])


def test_a_scripts_variant_of_an_op_has_its_own_forward_for_one_device():
    x = Variable(numpy.array([1.0, -1.0]))
    y = _DoubledReLU().apply((x,))[0]
    numpy.testing.assert_array_equal(y.array, [2, 0])
    y.grad = numpy.ones(2)
    y.backward()
    numpy.testing.assert_array_equal(x.grad, [1, 0])


class _HalvedConvolution(Convolution2DFunction):
    def __init__(self, pad):
        super().__init__(1, pad)

    def backward(self, indexes, gys):
        return tuple(gx * 0.5 for gx in super().backward(indexes, gys))


def test_a_scripts_variant_of_an_op_of_another_name_is_made_as_in_chainer():
    x, W_ = Variable(X), Variable(W)
    y = _HalvedConvolution(2).apply((x, W_))[0]
    expected = F.convolution_2d(X, W, pad=2)
    numpy.testing.assert_array_equal(y.array, expected.array)
    assert isinstance(y.creator, Convolution2DFunction)
    F.sum(y).backward()
    x_, plain = Variable(X), Variable(W)
    F.sum(F.convolution_2d(x_, plain, pad=2)).backward()
    numpy.testing.assert_allclose(x.grad, 0.5 * x_.grad, rtol=1e-6)
    numpy.testing.assert_allclose(W_.grad, 0.5 * plain.grad, rtol=1e-6)
