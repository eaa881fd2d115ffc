"""A lent array is read later, by another thread, and the log has what it held when it was lent."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest

from bpdebug import native
from bpdebug.log import lent_writer, measuring, staging
from bpdebug.log.keep import FULL, Keep
from bpdebug.log.lent import LENT_BYTES, same_content
from bpdebug.log.reader import LogReader
from bpdebug.log.records import BackwardBody, ForwardBody, ParamUpdatedBody, Slot
from bpdebug.log.schema import EventFlag, Kind, TensorFlag
from bpdebug.log.writer import LogWriter

large = native.part("large")
WAYS = ["Python"] if native.part("kernels") is None else ["Python", "compiled"]
STATS = Keep(False, True, 0, "statistics only")


def array(seed: int, size: int = 1 << 14) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(size)


@pytest.fixture(params=WAYS)
def writer(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> LogWriter:
    if request.param == "Python":
        monkeypatch.setenv("BPDEBUG_NATIVE", "0")
        monkeypatch.setattr(lent_writer, "_kernels", None)
        monkeypatch.setattr(measuring, "_kernels", None)
    else:  # else all but the largest would be read at once
        monkeypatch.setattr(large, "direct_bytes", 0)
    return LogWriter.create(tmp_path / "run")


def read(writer: LogWriter) -> LogReader:
    writer.close()
    return LogReader(writer.directory)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
@pytest.mark.parametrize("size", [LENT_BYTES // 4 + 1, 300_001, 1_500_000])
def test_a_lent_array_comes_back_with_its_statistics(writer: LogWriter, dtype: str, size: int) -> None:
    arrays = [array(seed, size).astype(dtype) for seed in range(3)]
    rows = [writer.store.lend(one)[0] for one in arrays]
    with read(writer) as reader:
        assert rows == [0, 1, 2]
        for row, one in zip(rows, arrays, strict=True):
            np.testing.assert_array_equal(reader.array(row), one)
            measured = reader.recorded_statistics(row)
            assert measured is not None
            assert (measured.size, measured.min, measured.max) == (size, one.min(), one.max())
            assert measured.l2 == pytest.approx(np.linalg.norm(one.astype("f8")), rel=1e-5)


def test_an_array_that_is_taken_back_may_be_written_into(writer: LogWriter) -> None:
    one = array(0)
    past = one.copy()
    with writer.mutex:  # nobody can read it meanwhile
        row = writer.store.lend(one)[0]
        writer.store.take_back(one[10:20])  # a view
        one[:] = 7
        again = writer.store.lend(one)[0]
    with read(writer) as reader:
        np.testing.assert_array_equal(reader.array(row), past)
        assert (reader.array(again) == 7).all()


def test_an_array_that_is_taken_back_unchanged_is_the_same_row(writer: LogWriter) -> None:
    one = array(0)
    with writer.mutex:
        row = writer.store.lend(one)[0]
        writer.store.take_back(one)
        assert writer.store.put(one)[0] == row
    writer.flush()
    assert writer.store.put(one)[0] == row
    read(writer).close()


def test_the_same_content_is_stored_once_however_it_comes(writer: LogWriter) -> None:
    one = array(0)
    rows = [writer.store.lend(one)[0], writer.store.lend(one.copy())[0]]
    writer.flush()
    rows += [writer.store.put(one.copy())[0], writer.store.put(one.copy().reshape(2, -1))[0]]
    assert writer.store.stored_bytes == one.nbytes
    with read(writer) as reader:
        assert rows[2] in rows[:2]
        assert len(set(zip(reader.tensors["segment"], reader.tensors["offset"], strict=True))) == 1
        for row in rows:
            np.testing.assert_array_equal(reader.array(row).ravel(), one)


@pytest.mark.parametrize("size", [200_000, 700_001, 1_500_003])
def test_large_contents_are_stored_once(writer: LogWriter, size: int) -> None:
    """They are copied on the way, before it is known that they are there already."""
    first, second, third = array(0, size), array(1, size), array(2)
    with writer.mutex:
        arrays = [
            first,
            first.copy(),
            second,
            second.copy(),
            first.copy(),
            third,
            second.copy(),
            first.copy(),
        ]
        rows = [writer.store.lend(one)[0] for one in arrays]
    writer.flush()
    again = [first.copy(), third.copy(), array(3)]
    rows += [writer.store.lend(one)[0] for one in again]
    with read(writer) as reader:
        for row, one in zip(rows, arrays + again, strict=True):
            np.testing.assert_array_equal(reader.array(row), one)
            assert reader.recorded_statistics(row).max == one.max()
        assert len(set(zip(reader.tensors["segment"], reader.tensors["offset"], strict=True))) == 4
    stored = first.nbytes + second.nbytes + third.nbytes + array(3).nbytes
    assert writer.store.stored_bytes == stored
    sizes = [path.stat().st_size for path in writer.directory.glob("*.seg")]
    assert stored <= sum(sizes) < stored + 2 * 4096  # where a copy was taken back, a page may stay empty


@pytest.mark.parametrize("together", [1, 2, 7])
def test_what_comes_in_portions_is_one_file(writer: LogWriter, together: int) -> None:
    """Large portions go past the page cache in whole pages, small ones do not; each goes on where the last ended."""
    arrays = [array(size, size) for size in (700, 40_003, 601, 90_001, 300_000, 513, 650, 1_100_003, 60_001)]
    rows = []
    for first in range(0, len(arrays), together):
        rows += [writer.store.lend(one)[0] for one in arrays[first : first + together]]
        writer.flush()
        (path,) = writer.directory.glob("*.seg")
        with LogReader(writer.directory) as reader:  # while it is being written
            for row, one in zip(rows, arrays, strict=False):
                np.testing.assert_array_equal(reader.array(row), one)
    with read(writer) as reader:
        for row, one in zip(rows, arrays, strict=True):
            np.testing.assert_array_equal(reader.array(row), one)
        assert path.stat().st_size == int(reader.tensors["offset"][-1]) + arrays[-1].nbytes


def test_many_arrays_are_read_in_their_order(writer: LogWriter) -> None:
    arrays = [array(seed, 600 + 97 * seed) for seed in range(150)]
    with writer.mutex:
        rows = [writer.store.lend(one, STATS if i % 3 else FULL)[0] for i, one in enumerate(arrays)]
    with read(writer) as reader:
        for i, (row, one) in enumerate(zip(rows, arrays, strict=True)):
            assert reader.recorded_statistics(row).max == one.max()
            if i % 3 == 0:
                np.testing.assert_array_equal(reader.array(row), one)


def test_contents_are_compared_before_they_are_read(writer: LogWriter) -> None:
    one, other = array(0), array(1)
    with writer.mutex:
        first, second, third = (writer.store.lend(a)[5] for a in (one, one.copy(), other))
        assert same_content(first, first)
        assert same_content(first, second)
        assert not same_content(first, third)
        assert same_content(first, writer.store.put(one.copy())[5])
    read(writer).close()


def test_with_statistics_only_nothing_is_copied(writer: LogWriter) -> None:
    one = array(0)
    row = writer.store.lend(one, STATS)[0]
    writer.flush()
    assert writer.store.put(one.copy(), keep=STATS)[0] == row
    with read(writer) as reader:
        assert reader.recorded_statistics(row).max == one.max()
        assert reader.layout_of(row).why_not_captured == "statistics only"
    assert not list(writer.directory.glob("*.seg"))


def test_an_array_asked_for_in_another_way_is_kept_in_both(writer: LogWriter) -> None:
    one = array(0)
    past = one.copy()
    with writer.mutex:
        rows = [writer.store.lend(one, STATS)[0], writer.store.lend(one)[0]]
        writer.store.take_back(one)
        one[:] = 0
    with read(writer) as reader:
        assert reader.recorded_statistics(rows[0]).max == past.max()
        np.testing.assert_array_equal(reader.array(rows[1]), past)


def test_odd_values_are_measured_too(writer: LogWriter) -> None:
    odd = array(0)
    odd[5], odd[6] = np.nan, np.inf
    hidden = array(1) + 1e9
    rows = [writer.store.lend(odd)[0], writer.store.lend(hidden)[0]]
    with read(writer) as reader:
        first, second = (reader.recorded_statistics(row) for row in rows)
        assert (first.nan, first.pos_inf) == (1, 1)
        assert int(reader.tensors["flags"][rows[0]])
        assert second.std == pytest.approx(hidden.std(), rel=1e-6)


def test_what_is_not_finite_is_found_when_it_is_read(writer: LogWriter) -> None:
    odd = array(0)
    odd[5] = np.nan
    with writer.mutex:
        row, flags, *_ = writer.store.lend(odd)
        assert not flags  # nobody has looked
        reads = writer.append(Kind.forward, ForwardBody(0, [Slot(0, row)], [Slot(1, None)]))
        makes = [
            writer.append(Kind.forward, ForwardBody(0, [Slot(1, None)], [Slot(0, row)])),
            writer.append(Kind.backward, BackwardBody(0, None, [None], [None, row], [0, 1])),
        ]
    writer.flush()
    makes.append(writer.append(Kind.param_updated, ParamUpdatedBody(0, None, None, row)))
    reads_again = writer.append(Kind.param_updated, ParamUpdatedBody(0, row, None, None))
    assert writer.store.lend(odd)[:2] == (row, TensorFlag.nan)
    assert writer.store.lend(odd.copy())[1] == TensorFlag.nan  # now somebody has
    with read(writer) as reader:
        assert int(reader.tensors["flags"][row]) == TensorFlag.nan
        flags_of = {seq: int(reader.index["flags"][seq]) for seq in range(len(reader))}
        assert flags_of == dict.fromkeys([reads, reads_again], 0) | dict.fromkeys(makes, EventFlag.nonfinite)


def test_who_asks_is_told_at_once_what_is_not_finite(writer: LogWriter) -> None:
    odd = array(0)
    odd[5] = np.inf
    with writer.mutex:
        assert writer.store.lend(odd, look=True)[1] == TensorFlag.inf
    assert not writer.store.nonfinite_rows
    read(writer).close()


def test_a_new_segment_looks_at_everything_again(writer: LogWriter) -> None:
    one = array(0)
    past = one.copy()
    with writer.mutex:
        row = writer.store.lend(one)[0]
        begun = writer.store.begin_segment()
        one[:] = 5  # it was taken back
        again = writer.store.lend(one)[0]
    with read(writer) as reader:
        np.testing.assert_array_equal(reader.array(row), past)
        assert (reader.array(again) == 5).all()
        assert int(reader.tensors["segment"][row]) < begun < int(reader.tensors["segment"][again])


def test_who_waits_while_a_segment_begins_lends_into_it(writer: LogWriter) -> None:
    """The files of segments are written one after the other: none is begun twice."""
    waiting, mine = array(0), array(1)
    rows = []
    thread = threading.Thread(target=lambda: rows.append(writer.store.lend(waiting)[0]))
    with writer.store._put_lock:
        thread.start()
        thread.join(0.2)  # it has come to the lock
        assert thread.is_alive()
        begun = writer.store.begin_segment()
        rows.append(writer.store.lend(mine)[0])
    thread.join()
    with read(writer) as reader:
        for row, one in zip(rows, (mine, waiting), strict=True):
            np.testing.assert_array_equal(reader.array(row), one)
            assert int(reader.tensors["segment"][row]) > begun


def test_segments_of_lent_arrays_roll_over(writer: LogWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bpdebug.log.lent_segments.SEGMENT_BYTES", 300_000)
    monkeypatch.setattr(staging, "SEGMENT_BYTES", 300_000)
    arrays = [array(seed) for seed in range(6)]
    rows = [writer.store.lend(one)[0] for one in arrays]
    small = writer.store.put(np.arange(3.0))[0]
    with read(writer) as reader:
        for row, one in zip(rows, arrays, strict=True):
            np.testing.assert_array_equal(reader.array(row), one)
        assert reader.array(small).tolist() == [0, 1, 2]
        assert len(set(reader.tensors["segment"].tolist())) == 4


def test_what_is_not_read_in_time_is_copied(writer: LogWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer.store.lent, "most_waiting", 1)
    one, other = array(0), array(1)
    with writer.mutex:
        writer.store.lend(one)
        row = writer.store.lend(other)[0]
        past = other.copy()
        other[:] = 0  # not lent any more: its copy is in the log
    with read(writer) as reader:
        np.testing.assert_array_equal(reader.array(row), past)


def test_a_lent_array_dies_with_its_last_user(writer: LogWriter) -> None:
    one = array(0)
    gone = weakref.ref(one)
    writer.store.lend(one)
    writer.flush()
    del one
    gc.collect()
    assert gone() is None
    read(writer).close()


def test_arrays_that_are_gone_are_forgotten(writer: LogWriter) -> None:
    store = writer.store
    for i in range(5_000):
        short_lived = np.full(600, float(i))
        assert store.lent.find(short_lived) is None  # though it may be where another one was
        row = store.lend(short_lived, STATS)[0]
        assert store.lent.find(short_lived)[0] == row
        if i % 1_000 == 0:
            writer.flush()
    writer.flush()
    assert len(store.lent) < 2_100
    read(writer).close()


def test_what_cannot_be_lent_is_kept_at_once(writer: LogWriter) -> None:
    one = array(0)
    others = [one[1:], one.astype(">f8"), one.astype("i8"), np.asfortranarray(one.reshape(128, 128))]
    rows = [writer.store.lend(other)[0] for other in others]
    past = [other.copy() for other in others]
    one[:] = 0
    for other in others:
        other[...] = 1
    with read(writer) as reader:
        for row, other in zip(rows, past, strict=True):
            np.testing.assert_array_equal(reader.array(row), other)
