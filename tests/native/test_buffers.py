"""The compiled buffers say the very bytes that their twins in Python say."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bpdebug import native
from bpdebug.log.pending_events import PendingEventsInPython
from bpdebug.log.records import OutputBody, ReportedBody
from bpdebug.log.tensor_rows import TensorRowsInPython, pack_record
from bpdebug.recorder.ordinals import OrdinalsInPython

buffers = native.part("buffers")
pytestmark = pytest.mark.skipif(buffers is None, reason="the compiled parts aren't there")

U16 = some.integers(0, 0xFFFF)
U32 = some.integers(0, 0xFFFFFFFF)
HEADERS = some.tuples(
    *(some.integers(0, 255),) * 2,
    some.integers(0, 1 << 20),  # depth: what has no room is the most that has
    *(U32,) * 4,
    some.integers(0, 1 << 40),  # node
    U32,
    *(U16,) * 2,
    *(U32,) * 2,
    some.integers(0, 1 << 40),  # time
    some.floats(allow_nan=False),
)
BODIES = some.one_of(
    some.builds(OutputBody, some.just("stdout"), some.text()),
    some.builds(ReportedBody, some.text(max_size=5), some.integers(-(2**63), 2**63 - 1)),
)


@given(some.lists(some.lists(some.tuples(BODIES, HEADERS), max_size=8), max_size=4))
def test_events(rounds):
    one, other = buffers.PendingEvents(), PendingEventsInPython()
    for events in rounds:
        for body, header in events:
            assert one.add(body, header) == other.add(body, header)
        assert (one.count, one.waiting) == (other.count, other.waiting)
        ours, theirs = (list(pending.portions(pending.take())) for pending in (one, other))
        for column in (0, 1):
            assert b"".join(part[column] for part in ours) == b"".join(part[column] for part in theirs)
        assert one.written_bytes == other.written_bytes


def test_an_event_that_is_refused_leaves_nothing():
    pending = buffers.PendingEvents()
    header = (0,) * 14 + (0.0,)
    with pytest.raises(OverflowError):
        pending.add(OutputBody("stdout", "a"), (300, *header[1:]))
    with pytest.raises(ValueError, match="unpack"):
        pending.add(OutputBody("stdout", "a"), header[1:])
    pending.add(OutputBody("stdout", "b"), header)
    ((bodies, records),) = pending.portions(pending.take())
    assert bodies == b'{"kind":"output","stream":"stdout","text":"b"}\n'
    assert len(records) == 64


def test_rows_and_what_is_put_into_them_later():
    for make in (buffers.TensorRows, TensorRowsInPython):
        rows = make(7)
        record, measured = pack_record(os.urandom(16), 1 << 40, 3, 1, 9), os.urandom(64)
        assert [rows.add(record, measured), rows.add(), rows.add(record), rows.end] == [7, 8, 9, 10]
        rows.set_record(8, record)
        rows.set_statistics(8, measured)
        assert rows.records == record * 3
        assert rows.statistics == measured * 2 + bytes(64)


def test_rows_are_whole():
    rows = buffers.TensorRows(3)
    rows.add()
    for wrong in (2, 4, 1 << 50):
        with pytest.raises(IndexError):
            rows.set_record(wrong, bytes(32))
        with pytest.raises(IndexError):
            rows.set_statistics(wrong, bytes(64))
    with pytest.raises(ValueError, match="31 bytes where 32 are wanted"):
        rows.set_record(3, bytes(31))
    with pytest.raises(ValueError, match="65 bytes where 64 are wanted"):
        rows.add(bytes(32), bytes(65))
    assert rows.end == 4


NAMES = some.tuples(some.integers(0, 4), some.sampled_from([0, 1, 0xFFFFFFFF]), some.integers(0, 300))


@given(some.lists(some.tuples(some.integers(0, 3), some.lists(NAMES, max_size=300)), max_size=6))
def test_ordinals(iterations):
    one, other = buffers.Ordinals(), OrdinalsInPython()
    for iteration, names in iterations:
        for name in names:
            assert one.next(iteration, *name) == other.next(iteration, *name)


def test_rows_go_on_counting_where_some_were_taken():
    for make in (buffers.TensorRows, TensorRowsInPython):
        rows = make()
        record, statistics = pack_record(b"c" * 16, 1, 2, 3, 4), bytes(range(64))
        assert [rows.add(record, statistics), rows.add()] == [0, 1]
        taken = rows.take()
        assert (taken.first, taken.end, rows.first, rows.end) == (0, 2, 2, 2)
        assert rows.add() == 2
        taken.set_record(1, record)
        assert taken.records == 2 * record
        assert (rows.records, rows.take().take().end) == (bytes(32), 3)
