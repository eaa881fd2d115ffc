"""Classes of ops under Chainer's names take Chainer's arguments and give what the public functions give."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy
import pytest

from engine import Variable
from engine import functions as F

_RNG = numpy.random.RandomState(0)
X = _RNG.normal(size=(2, 3, 6, 5)).astype("f")
W = _RNG.normal(size=(4, 3, 3, 2)).astype("f")
V = _RNG.normal(size=(3, 4, 3, 2)).astype("f")
M = _RNG.normal(size=(3, 4)).astype("f")
B = numpy.ones(4, "f")
ROIS = numpy.array([[0, 0, 0, 3, 3]], "f")
BOXES, WHICH = numpy.array([[0, 0, 3, 3]], "f"), numpy.array([0], "i")
NINE = _RNG.normal(size=(1, 9, 4, 4)).astype("f")
LABELS = numpy.array([0, 1, -1])


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
