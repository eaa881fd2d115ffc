"""The table of arrays that are lent, or known: it goes by their addresses, which others may have later."""

from __future__ import annotations

import gc
import random

import numpy as np
import pytest

from bpdebug import native
from bpdebug.log.keep import FULL, Keep

loans = native.part("loans")
pytestmark = pytest.mark.skipif(loans is None, reason="the compiled parts aren't there")


def entry(number: int) -> tuple:
    return (number, 0, 0, 0, 0, b"%d" % number)


def test_it_knows_what_a_table_of_python_would_know():
    lent, known, arrays = loans.LentArrays(), {}, {}
    choice = random.Random(0)
    for number in range(20_000):
        key = choice.randrange(700)
        done = choice.random()
        if key not in arrays:
            arrays[key] = np.zeros(1)
        elif done < 0.3:
            assert lent.take_back(arrays[key]) is None
            known.pop(key, None)
        elif done < 0.5:
            del arrays[key]
            known.pop(key, None)
        else:
            lent.set(arrays[key], FULL, entry(number))
            known[key] = entry(number)
        if number % 500 == 0:
            for each, array in arrays.items():
                assert lent.find(array) == known.get(each)
    assert len(known) > 100
    lent.forget_all()
    assert all(lent.find(array) is None for array in arrays.values())


def test_an_array_at_the_address_of_one_that_is_gone_is_another_one():
    lent = loans.LentArrays()
    addresses, met = set(), 0
    for number in range(1000):
        array = np.zeros(1)
        assert lent.find(array) is None
        assert lent.take_back(array) is None
        met += id(array) in addresses
        addresses.add(id(array))
        lent.set(array, FULL, entry(number))
        assert lent.find(array) == entry(number)
        del array
    assert met


def test_arrays_that_are_gone_are_forgotten():
    lent = loans.LentArrays()
    kept = [np.zeros(1) for _ in range(10)]
    for number, array in enumerate(kept):
        lent.set(array, FULL, entry(number))
    for _ in range(100):
        some = [np.zeros(1) for _ in range(50)]  # at addresses of their own
        for array in some:
            lent.set(array, FULL, entry(0))
    del array, some
    assert len(lent) < 300
    assert [lent.find(array) for array in kept] == [entry(number) for number in range(10)]


def test_it_is_known_in_which_way_an_array_is_kept():
    lent, array = loans.LentArrays(), np.zeros(1)
    stats = Keep(False, True, 0, "statistics only")
    lent.set(array, stats, entry(1))
    assert lent.find(array, FULL) is None
    assert lent.find(array, Keep(False, True, 0, "statistics only")) == entry(1)
    lent.set(array, FULL, entry(2))
    assert lent.find(array, stats) is None
    assert lent.find(array, FULL) == lent.find(array) == entry(2)
    assert len(lent) == 1
    lent.after_fork()
    assert lent.find(array) is None
    assert len(lent) == 0


def test_a_view_takes_back_the_array_that_it_is_of():
    lent, array = loans.LentArrays(), np.zeros(10)
    lent.set(array, FULL, entry(1))
    lent.take_back(array[3:5][1:])
    assert lent.find(array) is None


def test_finalizers_may_come_to_it_whenever_something_is_released():
    lent = loans.LentArrays()
    arrays = [np.zeros(1) for _ in range(40)]
    choice = random.Random(0)
    deaths = []

    class Dying:
        def __init__(self, depth):
            self.depth = depth

        def __del__(self):
            deaths.append(self.depth)
            for _ in range(3):
                one = choice.choice(arrays)
                lent.take_back(choice.choice(arrays))
                if self.depth:
                    lent.set(one, Dying(self.depth - 1), entry(id(one)))
                    short = np.zeros(1)
                    lent.set(short, Dying(0), entry(id(short)))

    for _ in range(300):
        one = choice.choice(arrays)
        lent.set(one, Dying(2), entry(id(one)))
        lent.set(np.zeros(1), Dying(1), entry(0))
        for array in arrays:
            assert lent.find(array) in (None, entry(id(array)))
    lent.forget_all()
    gc.collect()
    assert len(deaths) > 1000


def test_an_entry_that_goes_while_it_is_compared_does_no_harm():
    lent, array = loans.LentArrays(), np.zeros(1)

    class Kept:
        def serves(self, asked):
            lent.take_back(array)
            return True

    lent.set(array, Kept(), entry(1))
    assert lent.find(array, Kept()) == entry(1)
    assert lent.find(array) is None


def test_a_loan_that_comes_while_another_one_is_taken_back_is_taken_back_too():
    """As of another thread, or a finalizer."""
    lent, array, done = loans.LentArrays(), np.zeros(2000), []
    first, between, last = (loans.Lent(array, FULL, 0, 0, 0, 0, lent.lock) for _ in range(3))

    class Lock:
        def __enter__(self):
            if not done:
                done.append("between")
                lent.set(array, FULL, (1, 0, 0, 0, 0, between))

        def __exit__(self, *raised):
            pass

    lent.set(array, FULL, (0, 0, 0, 0, 0, first))
    lent.lock = Lock()
    lent.set(array, FULL, (2, 0, 0, 0, 0, last))
    assert lent.find(array)[5] is last
    assert [loan.array is array for loan in (first, between, last)] == [False, False, True]
