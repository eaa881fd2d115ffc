"""Arrays that the compiled part reads as soon as they are made."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from bpdebug import native
from bpdebug.log import contents, staging
from bpdebug.log.glances import sample_of
from bpdebug.log.keep import FULL, Keep
from bpdebug.log.lent import LENT_BYTES
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOT_CAPTURED, TensorFlag
from bpdebug.log.writer import LogWriter
from bpdebug.verify import verify_run

pytestmark = pytest.mark.skipif(native.part("tensors") is None, reason="the compiled parts aren't there")
STATS = Keep(False, True, 0, "statistics only")
SAMPLE = Keep(False, True, 64, "statistics and 64 values")
NOTHING = Keep(False, False, 0, "nothing")
SMALL_ONES = Keep(False, False, 0, "small ones only", 1 << 14)


def array(seed: int, size: int = 5000, dtype: str = "f4") -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(size).astype(dtype)


@pytest.fixture
def writer(tmp_path):
    return LogWriter.create(tmp_path / "run")


def read(writer):
    writer.close()
    return LogReader(writer.directory)


def stored(directory, arrays, keep=FULL):
    """What a log has of `arrays`, each put as one that stays as it is, and what was given for each."""
    writer = LogWriter.create(directory)
    entries = [writer.store.lend(one, keep) for one in arrays]
    with read(writer) as reader:
        assert reader.problem == ""
        kept = [reader.array(entry[0]).copy() if keep is FULL else None for entry in entries]
        measured = [reader.recorded_statistics(entry[0]) for entry in entries]
        return entries, kept, measured, reader.tensors[[entry[0] for entry in entries]]


@pytest.mark.parametrize(
    "keep",
    [FULL, STATS, SAMPLE, NOTHING, SMALL_ONES],
    ids=["full", "stats", "sample", "nothing", "small"],
)
@pytest.mark.parametrize("dtype", ["f4", "f8", "i4", "i8", "?", "u1", "f2", "c8", ">f4"])
def test_it_is_what_the_twin_would_have_kept(tmp_path, monkeypatch, dtype, keep):
    sizes = (9_000, 20_000, 300_000)
    with np.errstate(all="ignore"):
        arrays = [array(seed, size, "f8").astype(dtype) for seed, size in enumerate(sizes)]
    arrays += [arrays[0].copy(), arrays[1].reshape(100, 200), np.asfortranarray(arrays[1].reshape(100, 200))]
    arrays += [arrays[1].reshape(100, 200).T, arrays[2][::2], arrays[0]]
    if arrays[0].dtype.kind in "fc":
        for bad, place in itertools.product((np.nan, np.inf, -np.inf), (0, 17, -1)):
            arrays.append(arrays[0].copy())
            arrays[-1][place] = bad
    compiled = stored(tmp_path / "compiled", arrays, keep)
    monkeypatch.setattr(contents, "part", lambda name: None)
    twin = stored(tmp_path / "twin", arrays, keep)
    for ours, theirs, one in zip(compiled[1], twin[1], arrays, strict=True):
        if ours is not None:
            np.testing.assert_array_equal(ours, theirs)
            np.testing.assert_array_equal(ours, one)
    for ours, theirs in zip(compiled[2], twin[2], strict=True):
        if ours is None or theirs is None:  # of what is empty, or not kept
            assert ours is theirs
        else:
            expected = pytest.approx(dataclasses.astuple(theirs), rel=1e-5, nan_ok=True)
            assert dataclasses.astuple(ours) == expected
    for field in ("content", "flags", "layout"):
        np.testing.assert_array_equal(compiled[3][field], twin[3][field])
    if keep in (SAMPLE, NOTHING):  # nothing is lent, so the twin, too, knows at once what it has already
        np.testing.assert_array_equal([entry[0] for entry in compiled[0]], [entry[0] for entry in twin[0]])


@pytest.mark.parametrize("part", [native.part, lambda name: None], ids=["compiled", "python"])
def test_what_is_there_with_its_values_needs_no_sample(tmp_path, monkeypatch, part):
    monkeypatch.setattr(contents, "part", part)
    store = LogWriter.create(tmp_path / "run").store
    row = store.put(array(0), keep=FULL)[0]
    assert store.lend(array(0), SAMPLE)[0] == row
    reshaped = store.put(array(0).reshape(50, 100), keep=FULL)[0]
    assert store.lend(array(0).reshape(50, 100), SAMPLE)[0] == reshaped != row


@pytest.mark.parametrize("size", [65, 900, 5_000, 2_000_000])
def test_a_sample_has_values_of_its_own_tensor(writer, size):
    arrays = [array(seed, size) for seed in range(3)]
    arrays.append(np.asfortranarray(array(3, size - size % 5).reshape(5, -1)))
    rows = [writer.store.put(one, keep=SAMPLE)[0] for one in arrays for _ in range(2)]
    assert rows[::2] == rows[1::2]
    with read(writer) as reader:
        for one, row in zip(arrays, rows[::2], strict=True):
            np.testing.assert_array_equal(reader.sample(row), sample_of(one, 64))
            assert reader.recorded_statistics(row).max == one.max()


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_what_is_not_kept_is_looked_at_everywhere(writer, monkeypatch, dtype, level):
    kernels = native.part("kernels")
    most = np.finfo(dtype).max
    try:
        kernels.use(level)
        for size in range(1030, 1064):
            for bad, flags in ((np.nan, TensorFlag.nan), (-np.nan, TensorFlag.nan), (np.inf, TensorFlag.inf)):
                for place in (0, 1, size // 2, size - 2, size - 1):
                    one = np.full(size, -most, dtype)
                    one[place - 3] = np.finfo(dtype).tiny
                    assert writer.store.lend(one.copy(), NOTHING)[1] == 0
                    one[place] = bad
                    assert writer.store.lend(one.copy(), NOTHING)[1] == flags
                    one[place - 7] = -np.inf
                    assert writer.store.lend(one.copy(), NOTHING)[1] == flags | TensorFlag.inf
    finally:
        kernels.use(9)
    writer.close()


@pytest.mark.parametrize("part", [native.part, lambda name: None], ids=["compiled", "python"])
def test_of_what_is_not_kept_each_array_has_one_row(tmp_path, monkeypatch, part):
    monkeypatch.setattr(contents, "part", part)
    store = LogWriter.create(tmp_path / "run").store
    one = array(0)
    row = store.lend(one, NOTHING)[0]
    assert store.lend(one, NOTHING)[0] == store.put(one, keep=NOTHING)[0] == row
    only_read = dataclasses.replace(NOTHING, finite=False)
    assert store.put(one, keep=only_read)[0] == row
    # What was only read was not looked at, and may be written into.
    bad = array(1)
    bad[0] = np.nan
    assert store.put(bad, keep=only_read)[1] == 0
    assert store.lend(bad, NOTHING)[1] == TensorFlag.nan
    # Nobody knows whether the content of another one is the same.
    assert store.lend(one.copy(), NOTHING)[0] != row
    assert store.lend(one, STATS)[0] != row
    store.take_back(one)
    again = store.lend(one, NOTHING)[0]
    store.take_back(one[:10])
    assert len({row, again, store.lend(one, NOTHING)[0]}) == 3


@pytest.mark.parametrize("part", [native.part, lambda name: None], ids=["compiled", "python"])
def test_of_what_is_not_kept_small_arrays_with_one_content_have_one_row(tmp_path, monkeypatch, part):
    monkeypatch.setattr(contents, "part", part)
    writer = LogWriter.create(tmp_path / "run")
    put = writer.store.put
    one = array(0, 20)
    for _ in range(2):  # the compiled part knows the layouts the second time
        row, flags, *_, content = put(one, keep=NOTHING)
        assert (flags, content) == (0, b"")
        assert put(one.copy(), keep=NOTHING)[0] == row
        assert put(one.reshape(4, 5), keep=NOTHING)[0] != row
        assert (
            put(np.asfortranarray(one.reshape(4, 5)), keep=NOTHING)[0]
            == put(one.reshape(4, 5), keep=NOTHING)[0]
        )
        assert put(one.view("i4"), keep=NOTHING)[0] != row
        assert put(one, keep=dataclasses.replace(NOTHING, why="another reason"))[0] != row
        assert put(one, keep=FULL)[0] != row != put(one, keep=STATS)[0]
    one[3] = np.nan
    changed, flags, *_ = put(one, keep=NOTHING)
    assert changed != row
    assert flags == TensorFlag.nan
    with read(writer) as reader:
        assert reader.tensors["content"][row].tobytes() == bytes(16)
        assert reader.why_not_captured(row) == "nothing"


def test_what_is_private_is_read_once_until_it_is_taken_back(writer):
    one = array(0)
    past = one.copy()
    entry = writer.store.lend(one)
    one[0] += 1  # which nobody may do without saying so
    assert writer.store.lend(one) is entry
    assert writer.store.put(one) is entry
    writer.store.take_back(one)
    changed = writer.store.lend(one)
    assert changed[0] != entry[0]
    with read(writer) as reader:
        assert reader.array(changed[0])[0] == one[0]
        assert reader.array(entry[0])[0] == past[0]


def test_what_is_not_private_is_read_each_time(writer):
    one = array(0)
    entry = writer.store.put(one)
    assert writer.store.put(one)[0] == entry[0]
    one[0] += 1
    assert writer.store.put(one)[0] != entry[0]
    writer.close()


def test_a_view_of_an_array_takes_it_back(writer):
    one = array(0)
    entry = writer.store.lend(one)
    writer.store.take_back(one[:10])
    one[0] += 1
    assert writer.store.lend(one)[0] != entry[0]
    writer.close()


def test_the_same_content_is_stored_once(writer):
    rows = {writer.store.lend(array(0))[0] for _ in range(3)} | {writer.store.put(array(0))[0]}
    assert len(rows) == 1
    before = writer.store.stored_bytes
    reshaped = writer.store.lend(array(0).reshape(50, 100))
    assert reshaped[0] not in rows
    assert writer.store.stored_bytes == before
    with read(writer) as reader:
        np.testing.assert_array_equal(reader.array(reshaped[0]), array(0).reshape(50, 100))


def test_arrays_that_fill_buffers_and_segments(tmp_path, monkeypatch):
    monkeypatch.setattr(staging, "CHUNK_BYTES", 1 << 16)
    monkeypatch.setattr(staging, "MAX_CHUNKS", 3)
    monkeypatch.setattr(staging, "SEGMENT_BYTES", 1_000_000)
    arrays = [array(seed, 3_000 + 977 * seed) for seed in range(60)]
    _, kept, _, tensors = stored(tmp_path / "run", arrays)
    for one, there in zip(arrays, kept, strict=True):
        np.testing.assert_array_equal(one, there)
    assert len(set(tensors["segment"].tolist())) > 4


def test_what_is_not_finite_is_known_at_once(writer):
    one = array(0)
    one[7], one[8] = np.nan, -np.inf
    assert writer.store.lend(one)[1] == TensorFlag.nan | TensorFlag.inf
    assert writer.store.lend(array(1))[1] == 0
    writer.close()


def test_a_new_segment_reads_everything_again(writer):
    one = array(0)
    first = writer.store.lend(one)
    writer.store.begin_segment()
    again = writer.store.lend(one)
    assert again[0] != first[0]
    assert again[3] > first[3]
    writer.close()


@pytest.mark.parametrize("size", [LENT_BYTES // 4 + 1, (1 << 18) + 1])
def test_values_and_statistics_of_one_array_are_two_things(writer, size):
    one = array(0, size)
    row = writer.store.lend(one, STATS)[0]
    full = writer.store.lend(one, FULL)[0]
    assert row != full
    with read(writer) as reader:
        np.testing.assert_array_equal(reader.array(full), one)
        assert reader.recorded_statistics(row).max == one.max()


@pytest.mark.parametrize("size", [5_000, 1 << 20])
def test_an_op_of_a_finalizer_in_the_midst_of_it_harms_nothing(writer, monkeypatch, size):
    one, other, inner = array(0, size), array(1, size), []
    store = writer.store
    make_room = store.staging.make_room

    def collecting(size):
        """Runs the finalizer while the array waits for a place."""
        make_room(size)
        inner.append(store.put(other))

    store.put(np.ones(staging.CHUNK_BYTES // 4 - 1000, "f4"))
    monkeypatch.setattr(store.staging, "make_room", collecting)
    row = store.lend(one)[0]
    monkeypatch.undo()
    again = store.lend(array(2, size))[0]
    with read(writer) as reader:
        assert verify_run(reader).whole
        np.testing.assert_array_equal(reader.array(row), one)
        np.testing.assert_array_equal(reader.array(again), array(2, size))
        assert reader.tensors["segment"][inner[0][0]] == NOT_CAPTURED


def test_a_lent_array_of_which_only_statistics_were_kept_is_known(writer):
    one = array(1, 2_000_000)
    writer.store.put(array(0, 2_000_000))
    row = writer.store.lend(one, STATS)[0]
    writer.flush()
    assert writer.store.put(one.copy(), keep=STATS)[0] == row
    assert writer.store.put(one.copy().reshape(1000, 2000), keep=STATS)[0] != row
    writer.close()
