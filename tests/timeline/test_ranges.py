"""Ranges of events against a plain set of numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bpdebug.timeline.ranges import Ranges

PLACES = st.integers(0, 30)


@given(added=st.lists(st.tuples(PLACES, PLACES), max_size=12), asked=PLACES)
def test_ranges_are_those_of_a_set_of_numbers(added, asked):
    ranges, inside = Ranges(), set()
    for begin, end in added:
        ranges.add(begin, end)
        inside |= set(range(begin, end))
    end = begin = asked
    while end in inside:
        end += 1
    while begin - 1 in inside:
        begin -= 1
    assert (ranges.end_from(asked), ranges.begin_up_to(asked)) == (end, begin)
