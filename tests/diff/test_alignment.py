"""Aligning events: by address, with insertions and deletions."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdebug.diff import alignment
from bpdebug.diff.alignment import align, pair_sequences
from bpdebug.diff.common_names import CommonNames
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind, Phase
from tests.support.synthetic_log import header, write_headers

LABELS = ["linear", "relu", "add", "sum"]


def write(path: Path, events: list[tuple[int, int]], turn: int = 0) -> Path:
    """Events of (iteration, label); `turn` numbers the labels in another way."""
    texts = LABELS[turn:] + LABELS[:turn]
    counts: dict[tuple[int, int], int] = {}
    headers = []
    for event in events:
        counts[event] = counts.get(event, 0) + 1
        label = texts.index(LABELS[event[1]])
        headers.append(
            header(
                Kind.scope_entered,
                iteration=event[0],
                label=label,
                phase=Phase.forward,
                ordinal=counts[event],
            )
        )
    return write_headers(path, headers, texts)


def aligned(a: list[tuple[int, int]], b: list[tuple[int, int]], turn: int = 0) -> list[tuple[int, int]]:
    with tempfile.TemporaryDirectory() as folder:
        one, two = write(Path(folder) / "a", a), write(Path(folder) / "b", b, turn)
        with LogReader(one) as first, LogReader(two) as second:
            batches = list(align(CommonNames(first, second)))
    return [pair for batch in batches for pair in zip(batch.a.tolist(), batch.b.tolist(), strict=True)]


RUNS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30).map(
    lambda events: sorted(events, key=lambda event: event[0])
)


@settings(max_examples=150, deadline=None)
@given(RUNS, RUNS, st.integers(0, 3), st.sampled_from([1, 4, 1 << 18]))
def test_every_event_is_there_once_and_only_alike_ones_are_paired(a, b, turn, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "BATCH_EVENTS", size)
        pairs = aligned(a, b, turn)
    assert [i for i, _ in pairs if i >= 0] == list(range(len(a)))
    assert sorted(j for _, j in pairs if j >= 0) == list(range(len(b)))
    for i, j in pairs:
        assert (i, j) != (-1, -1)
        assert i < 0 or j < 0 or a[i] == b[j]
    for event in set(a) | set(b):
        both = sum(1 for i, j in pairs if i >= 0 and j >= 0 and a[i] == event)
        assert both == min(a.count(event), b.count(event))


@settings(max_examples=60, deadline=None)
@given(RUNS, st.integers(0, 3))
def test_a_run_is_paired_with_itself_in_order_whatever_its_numbers(a, turn):
    assert aligned(a, a, turn) == [(i, i) for i in range(len(a))]


def test_what_only_one_run_has_stands_where_it_happened():
    a, b = [(0, 0), (0, 1), (0, 2)], [(0, 0), (0, 3), (0, 1), (0, 2), (1, 0)]
    assert aligned(a, b) == [(0, 0), (-1, 1), (1, 2), (2, 3), (-1, 4)]
    assert aligned(b, a) == [(0, 0), (1, -1), (2, 1), (3, 2), (4, -1)]


def test_the_same_events_in_another_order_are_all_paired():
    assert aligned([(0, 0), (0, 1), (0, 2)], [(0, 2), (0, 1), (0, 0)]) == [(0, 2), (1, 1), (2, 0)]


def test_a_run_without_events():
    assert aligned([], [(0, 0)]) == [(-1, 0)]
    assert aligned([], []) == []


@given(st.lists(st.integers(0, 3), max_size=15), st.lists(st.integers(0, 3), max_size=15))
def test_pairs_of_sequences_rise_and_use_up_the_shorter_where_nothing_but_insertions_differs(a, b):
    pairs = pair_sequences(a, b)
    for k in (0, 1):
        places = [pair[k] for pair in pairs]
        assert places == sorted(set(places))
    assert len(pairs) <= min(len(a), len(b))


@given(st.lists(st.integers(0, 9), max_size=15, unique=True), st.data())
def test_inserted_items_leave_the_others_paired(a, data):
    b = list(a)
    for number in range(data.draw(st.integers(0, 4))):
        b.insert(data.draw(st.integers(0, len(b))), 100 + number)
    assert [(a[i], b[j]) for i, j in pair_sequences(a, b)] == [(item, item) for item in a]


def test_falling_iterations_of_a_damaged_log_end_all_the_same():
    events = [(3, 0), (0, 1), (2, 2), (1, 3)]
    with tempfile.TemporaryDirectory() as folder:
        one = write(Path(folder) / "a", events)
        with LogReader(one) as first, LogReader(one) as second:
            (batch,) = align(CommonNames(first, second))
    assert np.array_equal(batch.a, batch.b)
