"""Misuse raises what Chainer 7.8.1 raises, or a class of our own that is Chainer's, too: scripts catch either."""

import copy
import pickle
import sys
from typing import Any

import numpy as np
import pytest

import engine
import engine.functions as F
import engine.links as L
from engine import FunctionNode, Variable, datasets, initializers, link_hooks, utils
from engine.dataset import concat_examples
from engine.gradient_check import check_double_backward, numerical_grad
from engine.training import extensions
from engine.utils.type_check import InvalidType


def floats(*shape: int) -> Any:
    return np.linspace(0.1, 0.9, int(np.prod(shape)), dtype="f").reshape(shape)


X = floats(2, 3)
IMAGES = floats(2, 3, 4, 4)
SEQUENCES = floats(2, 3, 4)
FILTERS = floats(5, 3, 2, 2)
LABELS = np.zeros(2, "i")


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.convolution_2d(floats(2, 3, 1, 1), FILTERS),
        lambda: F.convolution_1d(floats(2, 3, 1), floats(5, 3, 2)),
        lambda: F.convolution_2d(IMAGES, FILTERS, dilate=7),
        lambda: F.dilated_convolution_2d(IMAGES, FILTERS, dilate=7),
        lambda: F.deconvolution_nd(IMAGES, floats(3, 5, 2, 2), pad=7),
        lambda: F.max_pooling_2d(IMAGES, 7, stride=1),
        lambda: F.average_pooling_2d(IMAGES, 7),
        lambda: F.average_pooling_1d(SEQUENCES, 7),
        lambda: F.im2col(IMAGES, 7),
    ],
)
def test_windows_that_do_not_fit_are_an_assertion_error_and_say_what_was_expected(call: Any) -> None:
    with pytest.raises(AssertionError, match="Expect: ") as caught:
        call()
    assert isinstance(caught.value, InvalidType)


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.softmax(X[0]),
        lambda: F.softmax(X.astype("i")),
        lambda: F.log_softmax(X, axis=2),
        lambda: F.softmax_cross_entropy(X, LABELS[:1]),
        lambda: F.softmax_cross_entropy(X, LABELS[None]),
        lambda: F.softmax_cross_entropy(X.astype("i"), LABELS),
    ],
)
def test_scores_that_softmax_can_not_be_taken_of_are_a_runtime_error(call: Any) -> None:
    with pytest.raises(RuntimeError, match=r"Expect: .*\nActual: ") as caught:
        call()
    assert isinstance(caught.value, InvalidType)


def test_a_deconvolution_that_leaves_nothing_is_a_runtime_error() -> None:
    with pytest.raises(RuntimeError, match="output lengths > 0"):
        F.deconvolution_2d(IMAGES, floats(3, 5, 2, 2), pad=7)


@pytest.mark.parametrize(
    "call",
    [
        lambda: utils.conv_nd.as_tuple((1, 2, 3), 2),
        lambda: F.max_pooling_nd(IMAGES, (2, 2, 2)),
        lambda: F.convolution_nd(IMAGES, FILTERS, stride=(1,)),
        lambda: F.unpooling_1d(SEQUENCES, (2, 2)),
        lambda: initializers.generate_array(initializers.UpsamplingDeconvFilter(), (2, 3), np, "f"),
        lambda: numerical_grad(lambda: (X * 2,), None, (X,)),  # type: ignore[arg-type]
        lambda: numerical_grad(lambda: (X * 2,), (X,), (X, X)),
        lambda: utils.conv.im2col_cpu(IMAGES, 7, 7, 1, 1, 0, 0),
        lambda: utils.conv_nd.im2col_nd_cpu(IMAGES, (2,), (1, 1), (0, 0)),
        lambda: numerical_grad(lambda: (X * 2,), (X,), (X[:1],)),
        lambda: L.Convolution1D(3, 4, 2)(IMAGES),
        lambda: L.MLPConvolution2D(3, (), 2),
        lambda: L.InceptionBN(3, 2, 2, 2, 2, 2, "avg"),
        lambda: L.NaryTreeLSTM(3, 2, 0),
        lambda: L.NaryTreeLSTM(3, 2, 1)(X),
        lambda: L.ChildSumTreeLSTM(3, 2)(X, X),
        lambda: L.LSTM(3, 2).set_state(X, X),  # type: ignore[arg-type]
        lambda: L.StatefulGRU(3, 2).set_state(None),  # type: ignore[arg-type]
        lambda: L.StatefulMGU(3, 2).set_state(None),  # type: ignore[arg-type]
        lambda: L.StatefulZoneoutLSTM(3, 2).set_state(X, X),  # type: ignore[arg-type]
        lambda: L.NStepLSTM(1, 3, 2, 0.0)(None, None, None),
        lambda: link_hooks.SpectralNormalization(n_power_iteration=0),
        lambda: F.crf1d(floats(2, 2), [X], [LABELS]),
        lambda: F.connectionist_temporal_classification([X, floats(2, 4)], np.zeros((2, 1), "i"), 0),
        lambda: F.discriminative_margin_based_clustering_loss(X, np.zeros((2, 3), "i"), 0.5, 1.5, 2),
        lambda: F.discriminative_margin_based_clustering_loss(IMAGES, np.zeros((2, 4, 4), "i"), 0.5, 1.5, 2),
        lambda: F.max_pooling_2d(IMAGES, 2, stride=-1),
    ],
)
def test_what_chainer_asserts_is_an_assertion_error(call: Any) -> None:
    with pytest.raises(AssertionError, match=r"\w"):
        call()


@pytest.mark.parametrize("dilate", [0, -1, (1, 0)])
@pytest.mark.parametrize("convolve", [F.convolution_2d, F.dilated_convolution_2d, F.deconvolution_2d])
def test_a_dilation_must_be_positive(convolve: Any, dilate: Any) -> None:
    with pytest.raises(ValueError, match="Dilate should be positive"):
        convolve(IMAGES, floats(3, 3, 2, 2), dilate=dilate)


LSTM_WEIGHTS = [floats(4, 3)] * 4 + [floats(4, 4)] * 4


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.softmax_cross_entropy(X, LABELS, soft_target_loss="squares"),
        lambda: initializers.Constant(None),
        lambda: L.GroupNormalization(3)(floats(3)),
        lambda: utils.CooMatrix(floats(1), LABELS[:1], LABELS[:1], (0, 1)),
        lambda: extensions.VariableStatisticsPlot("main"),
        lambda: check_double_backward(lambda x: x * x, X.astype("d"), floats(3).astype("d"), X.astype("d")),
        lambda: concat_examples(None),  # type: ignore[arg-type]
        lambda: F.tensordot(X, floats(3, 2), 7),
        lambda: F.n_step_lstm(
            1, 0.0, floats(1, 2, 4), floats(1, 2, 4), [LSTM_WEIGHTS], [[floats(4)] * 8], [floats(2, 5)]
        ),
        lambda: F.n_step_rnn(
            1, 0.0, floats(1, 2, 4), [[floats(4, 3), floats(4, 4)]], [[floats(4)] * 2], [floats(2, 5)]
        ),
    ],
)
def test_wrong_values_are_value_errors(call: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.fliplr(X.astype("i")),
        lambda: F.flipud(X.astype("i")),
        lambda: F.moveaxis(X.astype("i"), 0, 1),
        lambda: F.upsampling_2d(IMAGES.astype("i"), np.zeros_like(IMAGES, "i"), 2),
        lambda: F.convolution_1d(SEQUENCES, floats(5, 3, 2), np.zeros(5, "i")),
        lambda: F.deconvolution_1d(SEQUENCES, floats(3, 5, 2), np.zeros(5, "i")),
        lambda: F.hstack([]),
        lambda: F.n_step_rnn(1, 0.0, floats(), [[]], [[]], [floats(2, 3)]),
        lambda: F.black_out(X, np.zeros((), "i"), floats(5, 3), np.zeros((2, 2), "i")),
        lambda: F.black_out(X, LABELS, floats(5, 3), np.zeros((3, 2), "i")),
        lambda: F.connectionist_temporal_classification([floats(2, 4)], LABELS, 0),
        lambda: F.negative_sampling(X, floats(2), floats(5, 3), lambda s: np.zeros(s, "i"), 2),
        lambda: F.batch_normalization(floats(), floats(3), floats(3)),
        lambda: F.batch_normalization(X, floats(3), floats(3), axis=(2,)),
        lambda: F.unpooling_2d(IMAGES, -1),
        lambda: F.argmax_crf1d(floats(4, 4), [X]),
        lambda: F.argmax_crf1d(floats(3, 3), [X.astype("d")]),
        lambda: F.argmax_crf1d(floats(3, 3), [X[0]]),
        lambda: F.accuracy(X, LABELS[None]),
        lambda: F.black_out(X, LABELS.astype("?"), floats(5, 3), np.zeros((2, 2), "i")),
        lambda: F.convolution_2d(IMAGES, FILTERS[:0], floats(5)),
        lambda: F.where(Variable(), X, X),
        lambda: F.bilinear(X, X, floats(3, 3, 2).astype("d")),
        lambda: F.bilinear(X, X, floats(3, 3, 2), floats(3, 2), floats(3, 2), np.zeros(2, "i")),
        lambda: F.bilinear(X, X, floats(3, 3, 2), floats(3, 2), floats(1, 3, 2), floats(2)),
        lambda: L.BinaryHierarchicalSoftmax(3, ((0, 1), 2))(X, floats(2)),
    ],
)
def test_arrays_that_do_not_fit_are_an_invalid_type(call: Any) -> None:
    with pytest.raises(InvalidType, match=r"Expect: .*\nActual: "):
        call()


def test_a_type_of_pooling_that_there_is_not_is_not_implemented() -> None:
    with pytest.raises(NotImplementedError, match='must be "max" or "avg", not \'mean\''):
        L.InceptionBN(3, 2, 2, 2, 2, 2, "mean", 2)


def test_all_units_may_be_zoned_out() -> None:
    np.testing.assert_array_equal(F.zoneout(Variable(X), Variable(-X), 1.0).array, X)


def test_axes_of_batch_normalization_are_whole_numbers() -> None:
    with pytest.raises(RuntimeError, match=r"axis must be an int, a tuple of ints or None, but axis is 1\.5"):
        F.batch_normalization(X, floats(3), floats(3), axis=1.5)


@pytest.mark.parametrize(
    "call",
    [
        F.squeeze,
        lambda x: F.average(X, 0, x),
        lambda x: F.stack([x, X]),
        lambda x: F.hstack([x, X]),
        lambda x: F.vstack([X, x]),
        lambda x: F.dstack([x]),
        lambda x: F.expand_dims(x, 0),
        lambda x: F.moveaxis(x, 0, 1),
        lambda x: F.rollaxis(x, 1),
        lambda x: F.swapaxes(x, 0, 1),
        lambda x: F.separate(x),
        lambda x: F.select_item(x, LABELS),
        lambda x: F.select_item(X, x),
        lambda x: F.bilinear(X, x, floats(3, 3, 2)),
        lambda x: F.convolution_2d(x, FILTERS),
        lambda x: L.Convolution2D(None, 4, 2)(x),
        lambda x: F.deconvolution_2d(x, FILTERS),
        lambda x: F.depthwise_convolution_2d(x, FILTERS),
        lambda x: F.n_step_rnn(1, 0.0, x, [[floats(4, 3), floats(4, 4)]], [[floats(4)] * 2], [X]),
        lambda x: F.black_out(X, x, floats(5, 3), np.zeros((2, 2), "i")),
        lambda x: F.connectionist_temporal_classification([floats(2, 4)], x, 0),
        lambda x: F.crf1d(floats(3, 3), [X], [x]),
        lambda x: F.negative_sampling(X, x, floats(5, 3), lambda s: np.zeros(s, "i"), 2),
        lambda x: F.softmax_cross_entropy(X, x),
        lambda x: F.batch_matmul(x, SEQUENCES),
        lambda x: F.average_pooling_2d(x, 2),
        lambda x: F.unpooling_2d(x, 2),
        lambda x: F.upsampling_2d(x, np.zeros_like(IMAGES, "i"), 2),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_lists_where_arrays_are_wanted_are_type_errors(call: Any) -> None:
    with pytest.raises(TypeError, match="holds an array"):
        call(X.tolist())


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.squeeze(X, [0]),  # type: ignore[arg-type]
        lambda: F.einsum(X, "ij"),
        lambda: F.einsum(X, [0.5, 1.0]),
        lambda: len(Variable()),
        lambda: Variable(X, grad=X.tolist()),
        lambda: datasets.split_dataset_random([1, 2, 3], 1.5),  # type: ignore[arg-type]
        lambda: utils.sum_to(Variable(X), (1, 3)),
    ],
)
def test_wrong_types_are_type_errors(call: Any) -> None:
    with pytest.raises(TypeError, match=r"\w"):
        call()


def test_einsum_of_numbers_takes_those_of_numpy() -> None:
    np.testing.assert_array_equal(F.einsum(X, [np.int64(1), np.int64(0)], [0, 1]).array, X.T)


def test_what_is_no_link_misses_the_attributes_of_one() -> None:
    with pytest.raises(AttributeError, match="cannot register a non-link object as a child: int"):
        engine.ChainList().append(1)  # type: ignore[arg-type]


@pytest.mark.parametrize("grad", [floats(3), floats(1, 2, 3), floats(2, 3).astype("d")])
@pytest.mark.parametrize("again", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_gradient_given_to_a_variable_is_kept_as_it_is(again: Any, grad: Any) -> None:
    twin = again(Variable(X, grad=grad))
    np.testing.assert_array_equal(twin.grad, grad)
    assert twin.grad.dtype == grad.dtype


@pytest.mark.parametrize("grad", [floats(3, 3), floats(2, 3).astype("d"), floats(1, 2, 3)])
def test_a_gradient_to_be_added_must_fit(grad: Any) -> None:
    x = Variable(X, grad=X.copy())
    with pytest.raises(InvalidType, match="same dtype and shape"):
        x.addgrad(Variable(grad, grad=grad))
    np.testing.assert_array_equal(x.grad, X)


def test_a_smaller_gradient_is_stretched_where_it_is_added() -> None:
    x = Variable(X, grad=X.copy())
    x.addgrad(Variable(floats(3), grad=floats(3)))
    np.testing.assert_array_equal(x.grad, X + floats(3))


def test_links_of_other_sizes_have_no_gradients_to_add() -> None:
    link, other = L.Linear(3, 2), L.Linear(4, 4)
    for one in (link, other):
        for param in one.params():
            param.grad = np.ones_like(param.array)
    with pytest.raises(InvalidType, match="Expect"):
        link.addgrads(other)


def test_a_node_that_was_never_applied_has_retained_nothing() -> None:
    assert FunctionNode().get_retained_inputs() == FunctionNode().get_retained_outputs() == ()


def test_a_missing_pillow_is_an_import_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match="pip install pillow"):
        datasets.ImageDataset(["a.png"])[0]


def test_a_variable_may_be_given_no_creator() -> None:
    y = Variable(X) * 2
    y.set_creator_node(None)
    assert y.creator is None
