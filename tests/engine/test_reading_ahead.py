"""Iterators that read ahead hand out what the plain one does."""

from __future__ import annotations

import time

import numpy
import pytest

from engine.iterators import MultiprocessIterator, MultithreadIterator, SerialIterator

ITERATORS = [
    pytest.param(lambda *a, **k: MultithreadIterator(*a, n_threads=2, **k), id="threads"),
    pytest.param(
        lambda *a, **k: MultiprocessIterator(*a, n_processes=1, n_prefetch=2, **k),
        id="processes",
        # The test process may have threads of other tests; Python warns of a fork then.
        marks=pytest.mark.filterwarnings("ignore:This process:DeprecationWarning"),
    ),
]


def batches(iterator, count):
    """Batches with the state after each."""
    return [
        (
            iterator.next(),
            iterator.epoch,
            iterator.is_new_epoch,
            iterator.epoch_detail,
            iterator.previous_epoch_detail,
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("make", ITERATORS)
def test_batches_and_epochs_equal_the_plain_iterators(make):
    numpy.random.seed(0)
    expected = batches(SerialIterator(list(range(7)), 3), 6)
    numpy.random.seed(0)
    with make(list(range(7)), 3) as iterator:
        assert batches(iterator, 6) == expected


@pytest.mark.parametrize("make", ITERATORS)
def test_one_epoch_ends_and_begins_again_after_reset(make):
    with make(list(range(5)), 2, repeat=False, shuffle=False) as iterator:
        assert list(iterator) == [[0, 1], [2, 3], [4]]
        iterator.reset()
        assert list(iterator) == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize("make", ITERATORS)
def test_an_error_of_the_dataset_reaches_the_script(make):
    with make(Broken(), 2, shuffle=False) as iterator:
        assert iterator.next() == [0, 1]
        with pytest.raises(KeyError, match="example 2"):
            iterator.next()


@pytest.mark.parametrize("make", ITERATORS)
def test_a_finalized_iterator_says_so(make):
    iterator = make([1, 2], 1)
    iterator.finalize()
    with pytest.raises(RuntimeError, match="finalized"):
        iterator.next()
    with pytest.raises(NotImplementedError, match="finalized"):
        iterator.reset()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_stalled_dataset_is_warned_of():
    with (
        MultiprocessIterator(Slow(), 1, n_processes=1, dataset_timeout=0.01) as iterator,
        pytest.warns(MultiprocessIterator.TimeoutWarning, match="Stalled"),
    ):
        assert iterator.next() == [0]


class Broken:
    def __len__(self):
        return 4

    def __getitem__(self, index):
        if index >= 2:
            raise KeyError(f"example {index}")
        return index


class Slow:
    def __len__(self):
        return 1

    def __getitem__(self, index):
        time.sleep(0.3)
        return index
