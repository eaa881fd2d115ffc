"""Datasets, and how their examples become a batch."""

from __future__ import annotations

import numpy
import pytest

from engine.dataset import DatasetMixin, concat_examples, to_device
from engine.datasets import DictDataset, TupleDataset

one, two = numpy.ones(2, "f4"), numpy.ones(3, "f4")


# ---- concat_examples ----


def test_arrays_and_numbers_are_stacked():
    batch = concat_examples([numpy.zeros(2, "f4"), one])
    assert batch.tolist() == [[0, 0], [1, 1]]
    assert batch.dtype == numpy.float32
    assert concat_examples([1, 2]).tolist() == [1, 2]
    assert concat_examples([numpy.int32(1), numpy.int32(2)]).dtype == numpy.int32
    assert concat_examples([True, False]).dtype == bool
    assert concat_examples([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]


def test_tuples_and_dicts_give_tuples_and_dicts():
    x, t = concat_examples([(one, 1), (one, 2)])
    assert (x.shape, t.tolist()) == ((2, 2), [1, 2])
    both = concat_examples([{"x": one, "t": 1}, {"x": one, "t": 2}])
    assert (both["x"].shape, both["t"].tolist()) == ((2, 2), [1, 2])


def test_padding_fills_to_the_largest_shape():
    batch = concat_examples([numpy.ones((2, 1)), numpy.ones((1, 2))], padding=-1)
    assert batch.tolist() == [[[1, -1], [1, -1]], [[1, 1], [-1, -1]]]
    x, t = concat_examples([(one, 1), (two, 2)], padding=(0, None))
    assert x.tolist() == [[1, 1, 0], [1, 1, 1]]
    assert x.dtype == numpy.float32
    assert t.tolist() == [1, 2]
    assert concat_examples([(one, 1), (two, 2)], padding=7)[0][0, 2] == 7
    assert concat_examples([{"x": one}, {"x": two}], padding={"x": 5})["x"][0, 2] == 5


@pytest.mark.parametrize(
    ("batch", "arguments", "error", "message"),
    [
        ([], {}, ValueError, "batch is empty"),
        ([one, two], {}, ValueError, r"shape \(2,\) in example 0, but \(3,\) in example 1; padding=0 fills"),
        ([(one, 1), (two, 1)], {}, ValueError, r"element 0 has shape \(2,\)"),
        ([one, one[None]], {"padding": 0}, ValueError, "1 axes in example 0, but 2 in example 1"),
        ([(1, 2), (3,)], {}, IndexError, "example 0 has element 1, but example 1 has not"),
        ([{"a": 1}, {"b": 1}], {}, KeyError, "example 0 has element 'a', but example 1 has not"),
        (["a", "b"], {}, TypeError, "is of type str_; a batch is made of numbers and arrays"),
        ([None, None], {}, TypeError, "is of type NoneType"),
        ([[1, 2], [3]], {}, ValueError, "each example makes no array"),
    ],
)
def test_what_makes_no_batch(batch, arguments, error, message):
    with pytest.raises(error, match=message):
        concat_examples(batch, **arguments)


def test_devices():
    assert to_device(None, 3) == 3
    assert to_device(-1, one) is one
    assert concat_examples([one], device="@numpy").tolist() == [[1, 1]]
    with pytest.raises(ValueError, match="names no device"):
        concat_examples([one], device="@nowhere")


# ---- datasets ----


def test_tuples_of_examples():
    dataset = TupleDataset([1, 2, 3], numpy.arange(3))
    assert len(dataset) == 3
    assert dataset[0] == (1, 0)
    assert dataset[-1] == (3, 2)
    assert dataset[1:] == [(2, 1), (3, 2)]
    arrays = TupleDataset(numpy.arange(3), numpy.arange(3))
    assert [member.tolist() for member in arrays[numpy.array([0, 2])]] == [[0, 2], [0, 2]]


def test_dicts_of_examples():
    dataset = DictDataset(x=[1, 2, 3], t=numpy.arange(3))
    assert len(dataset) == 3
    assert dataset[1] == {"x": 2, "t": 1}
    assert dataset[1:] == [{"x": 2, "t": 1}, {"x": 3, "t": 2}]


def test_datasets_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="no datasets are given"):
        TupleDataset()
    with pytest.raises(ValueError, match="no datasets are given"):
        DictDataset()
    with pytest.raises(
        ValueError, match="dataset of the index 1 has a wrong length: 2, but the first one has 1"
    ):
        TupleDataset([1], [1, 2])
    with pytest.raises(ValueError, match='dataset length conflicts at "t": 2, but the first one has 1'):
        DictDataset(x=[1], t=[1, 2])


class Tens(DatasetMixin):
    def __len__(self):
        return 4

    def get_example(self, i):
        return i * 10


def test_a_computed_dataset():
    dataset = Tens()
    assert dataset[1] == 10
    assert dataset[1:3] == [10, 20]
    assert dataset[::-1] == [30, 20, 10, 0]
    assert dataset[[0, 3]] == [0, 30]
    assert dataset[numpy.array([1, 2])] == [10, 20]
    with pytest.raises(NotImplementedError, match="DatasetMixin doesn't define get_example"):
        DatasetMixin()[0]
    with pytest.raises(NotImplementedError, match=r"DatasetMixin doesn't define __len__\(\)"):
        len(DatasetMixin())
