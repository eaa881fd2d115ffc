"""What functions say to a person who calls them wrongly, and what they do at the edges of what they take."""

import numpy as np
import pytest

import engine.functions as F
import engine.links as L
from engine import Variable, grad, using_config, utils
from engine.utils.type_check import InvalidType

X = np.arange(8, dtype="f4").reshape(2, 4)


@pytest.mark.parametrize(
    ("subscripts", "operands", "error", "says"),
    [
        ("ij,jk->ik", (X, X), InvalidType, r"x0\.shape\[1\] == x1\.shape\[0\]"),
        ("ij,jk->il", (X, X.T), ValueError, "l did not appear"),
        ("ij->ii", (X,), ValueError, "multiple times"),
        ("i$", (X,), ValueError, r"\$ is not a valid symbol"),
        ("ij", (X, X), ValueError, "1 subscripts, 2 operands"),
        ("...j->j", (X,), ValueError, "Ellipsis"),
        ("ijk", (X,), InvalidType, r"x0\.ndim == 3"),
    ],
)
def test_einsum_says_what_is_wrong_with_its_subscripts(subscripts, operands, error, says):
    with pytest.raises(error, match=says):
        F.einsum(subscripts, *operands)


def test_einsum_takes_numbers_for_letters():
    expected = np.einsum(X, [0, 1], X.T, [1, 2], [0, 2])
    np.testing.assert_array_equal(F.einsum(X, [0, 1], X.T, [1, 2], [0, 2]).array, expected)


@pytest.mark.parametrize(
    ("shape", "strides", "offset"), [((9,), (1,), 0), ((2,), (-1,), 0), ((2,), (1, 1), 0)]
)
def test_as_strided_never_reads_beside_the_memory(shape, strides, offset):
    with pytest.raises(ValueError, match=r"buffer|same length"):
        F.as_strided(X, shape, strides, offset)


def test_as_strided_counts_from_where_a_view_begins():
    np.testing.assert_array_equal(F.as_strided(X[1:], (2, 2), (1, 1)).array, [[4, 5], [5, 6]])
    np.testing.assert_array_equal(F.as_strided(X[1:], (2, 2), (1, 1), 0).array, [[0, 1], [1, 2]])


def test_elements_of_a_broadcast_input_share_the_gradient_of_as_strided():
    x = Variable(np.broadcast_to(X[0], (2, 4)))
    F.sum(F.as_strided(x, (4,), (1,))).backward()
    np.testing.assert_array_equal(x.grad, np.full((2, 4), 0.5))


def test_a_matrix_without_an_inverse_is_named():
    with pytest.raises(ValueError, match="singular"):
        F.inv(np.zeros((2, 2), "f4"))


def test_offsets_of_another_kernel_are_refused():
    x, W = np.zeros((1, 1, 4, 4), "f4"), np.zeros((1, 1, 2, 2), "f4")
    with pytest.raises(ValueError, match="offset does not match the kernel"):
        F.deformable_convolution_2d_sampler(x, np.zeros((1, 4, 3, 3), "f4"), W)


def test_regions_may_be_none_at_all():
    x = Variable(np.ones((1, 2, 4, 4), "f4"))
    y = F.roi_average_align_2d(x, np.zeros((0, 4), "f4"), np.zeros(0, "i4"), 2, 1.0)
    assert y.shape == (0, 2, 2, 2)
    F.sum(y).backward()
    assert not x.grad.any()


def test_objects_may_be_missing_from_an_image():
    x = Variable(np.ones((3, 2, 1, 4), "f4"))
    losses = F.discriminative_margin_based_clustering_loss(x, np.zeros((3, 1, 4), "i4"), 0.1, 5.0, 2, norm=2)
    sum(losses).backward()
    assert np.isfinite(x.grad).all()


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_sparse_matrix_knows_its_order_and_its_zeros(order):
    dense = np.array([[0, 2, 0], [3, 0, 4]], "f4")
    row, col = dense.nonzero() if order == "C" else np.nonzero(dense.T)[::-1]
    sparse = utils.CooMatrix(dense[row, col], row, col, dense.shape)
    assert sparse.order == order
    np.testing.assert_array_equal(sparse.to_dense(), dense)


def test_a_batch_of_sparse_matrices_is_filled_up():
    batch = np.array([[[0, 2], [3, 0]], [[0, 0], [0, 1]]], "f4")
    sparse = utils.to_coo(batch)
    assert sparse.row.tolist() == [[0, 1], [1, -1]]
    np.testing.assert_array_equal(sparse.to_dense(), batch)
    np.testing.assert_array_equal(F.sparse_matmul(sparse, batch).array, batch @ batch)


def test_two_dense_matrices_are_no_sparse_product():
    with pytest.raises(ValueError, match="one of a and b must be a CooMatrix"):
        F.sparse_matmul(X, X)


def test_a_node_of_a_tree_counts_its_children():
    with pytest.raises(ValueError, match="4 arguments"):
        L.ChildSumTreeLSTM(4, 3)(X, X, X, X)
    with pytest.raises(ValueError, match="1 children, but it was made for 2"):
        L.NaryTreeLSTM(4, 3)(X[:, :3], X[:, :3], X)
    with pytest.raises(ValueError, match="All inputs"):
        L.NaryTreeLSTM(4, 3, 1)(None, None, None)


@pytest.mark.parametrize("name", ["elu", "leaky_relu", "selu"])
def test_kinks_of_a_single_number_have_second_derivatives(name):
    x = Variable(np.array(-0.5))
    y = getattr(F, name)(x)
    (gx,) = grad([y], [x], enable_double_backprop=True)
    assert gx.shape == ()


def test_one_output_asked_for_twice_adds_up_also_as_a_single_number():
    x, y = Variable(np.array(1.0)), Variable(np.array(2.0))
    total = x * y
    (gx,) = grad([total, total], [x])
    assert gx.array == 4.0


def test_lstm_takes_an_empty_batch():
    c, h = F.lstm(np.zeros((0, 2), "f4"), np.zeros((0, 8), "f4"))
    assert c.shape == h.shape == (0, 2)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: F.squeeze(X, 0), ValueError),
        (lambda: F.squeeze(X[:1], (0, -2)), ValueError),
        (lambda: F.separate(X, 2), InvalidType),
        (lambda: F.split_axis(X, [5], 1), InvalidType),
        (lambda: F.split_axis(X, np.array([1.0]), 1), TypeError),
        (lambda: F.concat([]), InvalidType),
        (lambda: F.stack([]), InvalidType),
        (lambda: F.pad_sequence([]), InvalidType),
        (lambda: F.broadcast(), InvalidType),
        (lambda: F.max_pooling_1d(X, 2), ValueError),
        (lambda: F.convolution_3d(X, X), ValueError),
        (lambda: F.batch_normalization(X[None], X[0, :2], X[0, :2], axis=(2, 0)), RuntimeError),
        (lambda: F.where(np.array([True, False]), X, X), InvalidType),
        (lambda: F.diagonal(X, 0, 0, 2), InvalidType),
        (lambda: F.softmax_cross_entropy(X, np.zeros(2, "i4"), class_weight=X[0, :3]), ValueError),
        (lambda: F.embed_id(np.array(0), X), InvalidType),
        (lambda: F.dropout(X, train=False), ValueError),
        (lambda: F.batch_normalization(X, X[0], X[0], train=True), ValueError),
        (lambda: F.convolution_2d(X, X, deterministic=True), ValueError),
        (lambda: F.n_step_gru(1, 0.0, X, [], [], [X], use_cudnn=True), ValueError),
        (lambda: F.n_step_gru(1, 0.0, X, [], [], [X], tarin=True), TypeError),
        (lambda: F.sum(X, [0, 1]), TypeError),
        (lambda: F.mean(X, axis=(0, 0)), ValueError),
        (lambda: F.max(X, axis=1.0), TypeError),
        (lambda: F.argmax(X, axis=(0,)), TypeError),
        (lambda: F.softmax(X, axis=None), TypeError),
        (lambda: F.log_softmax(X, axis=(0, 1)), TypeError),
        (lambda: F.tensordot(X, X, ((2,), (0,))), IndexError),
        (lambda: F.rrelu(X, 0.2, 0.2), ValueError),
        (lambda: F.rrelu(X, 0.2, 1.0), ValueError),
        (lambda: F.dropout(X, mask=np.ones((3, 9), "f")), ValueError),
    ],
)
def test_misuse_raises_what_chainer_raises(call, error):
    with pytest.raises(error):
        call()


def test_max_pooling_gives_its_indices_as_chainer_does():
    _, indices = F.max_pooling_1d(X[None], 2, return_indices=True)
    assert indices.dtype == np.int64


def test_no_sequences_at_all_are_transposed_into_none():
    assert F.transpose_sequence([]) == ()


def test_a_deconvolution_may_cut_off_what_the_last_windows_made():
    x, W = np.ones((1, 1, 2), "f4"), np.ones((1, 1, 3), "f4")
    np.testing.assert_array_equal(F.deconvolution_1d(x, W, stride=3, outsize=5).array, [[[1, 1, 1, 1, 1]]])
    with pytest.raises(InvalidType, match="the windows in"):
        F.deconvolution_1d(x, W, stride=3, outsize=9)


def test_group_normalization_takes_finer_parameters_than_images():
    x, gamma = np.ones((2, 4, 3), "f2"), Variable(np.ones(4, "f4"))
    y = F.group_normalization(x, 2, gamma, np.zeros(4, "f4"))
    assert y.dtype == np.float16
    F.sum(y).backward()
    assert gamma.grad.dtype == np.float32


def test_layers_over_sequences_take_their_arguments_by_name():
    h, ys = L.NStepGRU(1, 4, 3, 0.0)(hx=None, xs=[X, X[:1]])
    assert h.shape == (1, 2, 3)
    assert [y.shape for y in ys] == [(2, 3), (1, 3)]
    with pytest.raises(ValueError, match="train"):
        L.NStepRNNTanh(1, 4, 3, 0.0)(hx=None, xs=[X], train=True)


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.select_item(X, np.array([0, -1])),
        lambda: F.permutate(X, np.array([0, 0])),
        lambda: F.permutate(X, np.array([0, -1])),
        lambda: F.softmax_cross_entropy(X, np.array([0, 4])),
    ],
)
def test_numbers_out_of_range_are_value_errors_in_debug_mode(call):
    with using_config("debug", True), pytest.raises(ValueError, match=r"label|index|duplicate"):
        call()


def test_a_label_that_is_neither_class_is_never_right():
    assert F.binary_accuracy(X, np.full((2, 4), 2)).array == 0


def test_a_sequence_without_elements_gets_a_gradient_without_elements():
    long, empty = Variable(X), Variable(X[:0])
    for recorded in (False, True):
        parts = F.transpose_sequence([long, empty])
        gradients = grad(list(parts), [long, empty], enable_double_backprop=recorded)
        assert [gx.shape for gx in gradients] == [(2, 4), (0, 4)]
