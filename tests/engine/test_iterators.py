"""SerialIterator: order, epochs, ends; order samplers. The order of real Chainer is among the golden values."""

from __future__ import annotations

import numpy
import pytest

import engine
from engine.dataset import Iterator
from engine.datasets import TupleDataset
from engine.iterators import OrderSampler, SerialIterator, ShuffleOrderSampler


def test_in_order_over_the_ends_of_epochs():
    iterator = SerialIterator(list(range(5)), 2, shuffle=False)
    told = []
    for _ in range(5):
        batch = iterator.next()
        told.append((batch, iterator.epoch, iterator.is_new_epoch, iterator.current_position))
    assert told == [
        ([0, 1], 0, False, 2),
        ([2, 3], 0, False, 4),
        ([4, 0], 1, True, 1),
        ([1, 2], 1, False, 3),
        ([3, 4], 2, True, 0),
    ]
    assert iterator.epoch_detail == 2.0
    assert iterator.previous_epoch_detail == 1.6


def test_without_repeat_the_last_batch_is_shorter_and_ends_it():
    iterator = SerialIterator([1, 2, 3], 2, repeat=False, shuffle=False)
    assert list(iterator) == [[1, 2], [3]]
    assert list(iterator) == []
    assert not iterator.repeat
    iterator.reset()
    assert list(iterator) == [[1, 2], [3]]


def test_the_order_is_drawn_anew_at_every_end_even_the_last():
    drawn = []

    def sampler(order, position):
        drawn.append(position)
        return order[::-1]

    iterator = SerialIterator([1, 2, 3], 2, repeat=False, order_sampler=sampler)
    assert list(iterator) == [[3, 2], [1]]
    assert drawn == [0, 2]


def test_before_the_first_batch():
    iterator = SerialIterator([1, 2], 1)
    assert (iterator.epoch, iterator.is_new_epoch, iterator.epoch_detail) == (0, False, 0.0)
    assert iterator.previous_epoch_detail is None
    assert iterator.repeat


@pytest.mark.parametrize("batch_size", [1, 3, 7, 10, 20])
def test_every_epoch_has_every_example_once(batch_size):
    numpy.random.seed(0)
    iterator = SerialIterator(list(range(7)), batch_size)
    order = [example for _ in range(21) for example in next(iterator)]
    for begin in range(0, len(order) - 7, 7):
        assert sorted(order[begin : begin + 7]) == list(range(7))
    assert iterator.epoch == 21 * batch_size // 7
    assert order[:7] != order[7:14]


def test_one_seed_gives_one_order():
    def order(seed):
        numpy.random.seed(seed)
        iterator = SerialIterator(list(range(20)), 6)
        return [iterator.next() for _ in range(9)]

    assert order(3) == order(3)
    assert order(3) != order(4)


def test_a_sampler_makes_the_order_of_each_epoch():
    asked = []

    def sampler(order, position):
        asked.append((order.tolist(), position))
        return numpy.array([4, 2, 0])

    iterator = SerialIterator(list(range(5)), 2, order_sampler=sampler)
    assert [iterator.next() for _ in range(3)] == [[4, 2], [0, 4], [2, 0]]
    assert iterator.epoch == 2
    assert asked == [([0, 1, 2, 3, 4], 0), ([4, 2, 0], 2), ([4, 2, 0], 1)]


def test_a_shuffler_may_have_its_own_generator():
    numpy.random.seed(0)
    expected = numpy.random.permutation(5).tolist()
    after = numpy.random.get_state()[1].tolist()
    sampler = ShuffleOrderSampler(numpy.random.RandomState(0))
    assert sampler(numpy.arange(5), 0).tolist() == expected
    assert numpy.random.get_state()[1].tolist() == after


def test_datasets_of_any_kind():
    array = numpy.arange(6).reshape(3, 2)
    assert [row.tolist() for row in SerialIterator(array, 2, shuffle=False).next()] == [[0, 1], [2, 3]]
    pairs = TupleDataset([1, 2], ["a", "b"])
    assert SerialIterator(pairs, 2, shuffle=False).next() == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([], 2), ValueError, "the dataset is empty"),
        (([1], 0), ValueError, "batch_size must be 1 or more, not 0"),
        (([1], 1.5), TypeError, "batch_size must be a whole number, not 1.5"),
        ((3, 1), TypeError, r"object of type 'int' has no len\(\)"),
        (([1], 1, True, True, print), ValueError, "Please set `shuffle` to `None`"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        SerialIterator(*arguments)


def test_an_order_without_examples_is_refused():
    with pytest.raises(ValueError, match="gave an order without examples"):
        SerialIterator([1], 1, order_sampler=lambda order, position: order[:0])


def test_an_iterator_of_the_scripts_own():
    class Once(Iterator):
        closed = False

        def __next__(self):
            return [1]

        def finalize(self):
            self.closed = True

    with Once() as iterator:
        assert iterator.next() == [1]
        assert iter(iterator) is iterator
    assert iterator.closed
    with pytest.raises(NotImplementedError, match=r"Iterator doesn't define __next__\(\)"):
        Iterator().next()
    with pytest.raises(NotImplementedError, match="OrderSampler doesn't define its call"):
        OrderSampler()(numpy.arange(2), 0)


class Saved(engine.Deserializer):
    """What an older version saved."""

    def __init__(self, **values):
        self.values = values

    def __call__(self, key, value):
        return self.values[key]


def test_a_state_of_an_older_version_is_completed():
    iterator = SerialIterator(list(range(4)), 2)
    iterator.serialize(
        Saved(current_position=0, epoch=1, is_new_epoch=True, _order=numpy.array([3, 2, 1, 0]))
    )
    assert (iterator.epoch_detail, iterator.previous_epoch_detail) == (1, 0.5)
    assert iterator.next() == [3, 2]


def test_the_order_of_another_dataset_is_refused():
    with pytest.raises(ValueError, match="another dataset"):
        SerialIterator(list(range(2)), 2).serialize(
            Saved(current_position=0, epoch=0, is_new_epoch=False, order=numpy.array([3, 2, 1, 0]))
        )
