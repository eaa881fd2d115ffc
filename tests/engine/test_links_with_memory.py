"""Links beyond `Linear`: what they keep, refuse, and do differently in evaluation."""

from __future__ import annotations

import numpy
import pytest

from engine import Variable, links, using_config


def ones(*shape: int) -> numpy.ndarray:
    return numpy.ones(shape, "f4")


def test_batch_normalization_uses_running_statistics_in_evaluation():
    link = links.BatchNormalization(2)
    x = numpy.array([[1, 10], [3, 30]], "f4")
    link(x)
    mean, var = link.avg_mean.copy(), link.avg_var.copy()
    numpy.testing.assert_allclose(mean, 0.1 * x.mean(0), rtol=1e-6)
    with using_config("train", False):
        y = link(x).array
    numpy.testing.assert_allclose(y, (x - mean) / numpy.sqrt(var + link.eps), rtol=1e-5)
    numpy.testing.assert_array_equal(link.avg_mean, mean)


def test_batch_normalization_takes_plain_means_while_finetuning():
    link = links.BatchNormalization(1)
    link.start_finetuning()
    for value in (1, 2, 6):
        link(numpy.full((4, 1), value, "f4"), finetune=True)
    assert link.N == 3
    numpy.testing.assert_allclose(link.avg_mean, [3], rtol=1e-6)


def test_batch_normalization_needs_a_size_or_an_axis():
    with pytest.raises(RuntimeError, match="size or axis"):
        links.BatchNormalization()


def test_lstm_keeps_the_state_of_sequences_that_ended():
    link = links.LSTM(2, 3)
    link(ones(4, 2))
    before = link.h.array.copy()
    y = link(ones(2, 2))
    assert y.shape == (2, 3)
    numpy.testing.assert_array_equal(link.h.array[2:], before[2:])
    assert not numpy.array_equal(link.h.array[:2], before[:2])


def test_lstm_refuses_a_batch_that_became_larger():
    link = links.LSTM(2, 3)
    link(ones(2, 2))
    with pytest.raises(TypeError, match="reset_state"):
        link(ones(4, 2))


def test_lstm_forgets_at_reset():
    link = links.LSTM(2, 3)
    first = link(ones(2, 2)).array
    assert not numpy.array_equal(link(ones(2, 2)).array, first)
    link.reset_state()
    numpy.testing.assert_array_equal(link(ones(2, 2)).array, first)


def test_lstm_state_must_be_variables():
    with pytest.raises(TypeError, match="must be a variable"):
        links.LSTM(2, 3).set_state(ones(1, 3), ones(1, 3))


def test_n_step_lstm_gives_each_sequence_what_it_gives_it_alone():
    link = links.NStepLSTM(2, 3, 4, dropout=0.0)
    rng = numpy.random.RandomState(0)
    xs = [rng.normal(size=(length, 3)).astype("f4") for length in (2, 5, 1)]
    hy, cy, ys = link(None, None, xs)
    for place, x in enumerate(xs):
        h, c, (y,) = link(None, None, [x])
        numpy.testing.assert_allclose(ys[place].array, y.array, atol=1e-6)
        numpy.testing.assert_allclose(hy.array[:, place], h.array[:, 0], atol=1e-6)
        numpy.testing.assert_allclose(cy.array[:, place], c.array[:, 0], atol=1e-6)


def test_n_step_copy_has_weights_of_its_own():
    link = links.NStepGRU(1, 2, 3, 0.0)
    twin = link.copy("copy")
    twin.ws[0][0].array[...] = 0
    assert twin.ws[0][0] is twin[0].w0
    assert link.ws[0][0].array.any()


def test_n_step_refuses_an_array_in_place_of_sequences():
    with pytest.raises(TypeError, match="list or tuple"):
        links.NStepLSTM(1, 2, 3, 0.0)(None, None, ones(2, 4, 2))


def test_crf_prefers_the_best_path():
    link = links.CRF1d(3)
    rng = numpy.random.RandomState(0)
    xs = [rng.normal(size=(size, 3)).astype("f4") for size in (2, 2, 1)]
    _, best = link.argmax(xs)
    others = [(labels + 1) % 3 for labels in best]
    assert float(link(xs, best).array) < float(link(xs, others).array)


def test_crf_by_sequences_equals_crf_by_steps():
    link = links.CRF1d(3, numpy.arange(9, dtype="f4").reshape(3, 3))
    rng = numpy.random.RandomState(0)
    xs = [rng.normal(size=(length, 3)).astype("f4") for length in (3, 1)]
    ys = [rng.randint(0, 3, length).astype("i4") for length in (3, 1)]
    steps = [numpy.stack([xs[0][0], xs[1][0]]), xs[0][1:2], xs[0][2:3]]
    labels = [numpy.array([ys[0][0], ys[1][0]]), ys[0][1:2], ys[0][2:3]]
    one, other = link(xs, ys, transpose=True), link(steps, labels)
    numpy.testing.assert_allclose(one.array, other.array, rtol=1e-6)
    paths = link.argmax(xs, transpose=True)[1]
    assert [len(path) for path in paths] == [3, 1]


def test_huffman_tree_has_frequent_classes_near_the_root():
    tree = links.BinaryHierarchicalSoftmax.create_huffman_tree({0: 8, 1: 5, 2: 6, 3: 40})
    assert tree[1] == 3


def test_hierarchical_softmax_refuses_a_node_with_three_children():
    with pytest.raises(ValueError, match="two child nodes"):
        links.BinaryHierarchicalSoftmax(3, (0, 1, 2))


def test_negative_sampling_leaves_out_ignored_rows():
    numpy.random.seed(0)
    link = links.NegativeSampling(3, [1, 2, 3], 2)
    link.W.array[...] = 0.5
    loss = link(Variable(ones(2, 3)), numpy.array([0, -1], "i4"), reduce="no").array
    assert loss[0] > 0
    assert loss[1] == 0


def test_convolution_from_params_computes_with_these_weights():
    W = ones(2, 3, 1, 1)
    y = links.Convolution2D.from_params(W, ones(2), stride=2)(ones(1, 3, 3, 3))
    numpy.testing.assert_array_equal(y.array, numpy.full((1, 2, 2, 2), 4, "f4"))


def test_convolution_groups_must_divide_the_channels():
    with pytest.raises(ValueError, match="divisible"):
        links.Convolution2D(3, 4, 3, groups=2)
