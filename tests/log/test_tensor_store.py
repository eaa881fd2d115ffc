"""The content of arrays goes to disk once and comes back bit for bit."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

from bpdebug.errors import DamagedLog, NotCaptured
from bpdebug.log import recent, staging
from bpdebug.log.glances import nonfinite_flags
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import TENSOR_ALIGNMENT, TensorFlag
from bpdebug.log.writer import LogWriter

ARRAYS = {
    "float16": np.array([[1.5, -2], [65504, 0]], np.float16),
    "float32": np.arange(12, dtype=np.float32).reshape(3, 4),
    "float64": np.linspace(0, 1, 7),
    "complex": np.array([1 + 2j, 3 - 1j]),
    "bool": np.array([True, False, True]),
    "int8": np.array([-128, 127], np.int8),
    "uint64": np.array([2**64 - 1], np.uint64),
    "0-d": np.array(3.25),
    "empty": np.empty((0, 5), np.float32),
    "5-d": np.arange(32, dtype=np.int32).reshape(2, 2, 2, 2, 2),
    "big endian": np.arange(5, dtype=">f4"),
    "transposed": np.arange(6, dtype=np.float32).reshape(2, 3).T,
    "strided": np.arange(20)[::3],
    "negative stride": np.arange(4000.0)[::-1],
    "Fortran order, large": np.asfortranarray(np.arange(10000.0).reshape(100, 100)),
    "longer than a staging buffer": np.arange(1_500_000, dtype=np.float64),
}


def stored(directory: Path, *arrays: np.ndarray) -> tuple[list[int], LogReader]:
    writer = LogWriter.create(directory)
    rows = [writer.tensor(array) for array in arrays]
    writer.close()
    return rows, LogReader(directory)


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_comes_back_bit_for_bit(tmp_path: Path, name: str) -> None:
    array = ARRAYS[name]
    (row,), reader = stored(tmp_path / "run", array)
    back = reader.array(row)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()
    assert not back.flags.writeable
    assert int(reader.tensors["offset"][row]) % TENSOR_ALIGNMENT == 0


def test_the_same_content_is_one_row(tmp_path: Path) -> None:
    array = np.arange(6.0)
    rows, reader = stored(tmp_path / "run", array, array.copy(), array[::1], np.arange(6.0) + 1)
    assert rows == [0, 0, 0, 1]
    assert reader.tensor_count == 2


def test_the_same_bytes_in_another_shape_are_another_row_with_shared_bytes(tmp_path: Path) -> None:
    array = np.arange(2000.0)
    shapes = array, array.reshape(40, 50), array.view(np.int64), array.reshape(40, 50)
    rows, reader = stored(tmp_path / "run", *shapes)
    assert rows == [0, 1, 2, 1]
    assert len(set(reader.tensors["offset"])) == 1
    assert (tmp_path / "run" / "tensors-0000.seg").stat().st_size == array.nbytes
    assert reader.array(1).shape == (40, 50)
    assert reader.array(2).dtype == np.int64


def test_the_same_content_on_another_device_is_another_row(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    rows = [writer.tensor(np.ones(3)), writer.tensor(np.ones(3), "cuda:0")]
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert [reader.layout_of(row).device for row in rows] == ["cpu", "cuda:0"]


def test_a_later_change_of_the_array_does_not_change_history(tmp_path: Path) -> None:
    small, large = np.zeros(3), np.zeros(1_000_000)
    writer = LogWriter.create(tmp_path / "run")
    rows = [writer.tensor(small), writer.tensor(large)]
    small += 1
    large += 1
    rows += [writer.tensor(small), writer.tensor(large)]
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert [float(reader.array(row)[0]) for row in rows] == [0, 0, 1, 1]


def test_objects_get_a_row_that_says_why_there_are_no_bytes(tmp_path: Path) -> None:
    (row,), reader = stored(tmp_path / "run", np.array([None, "a"], object))
    with pytest.raises(NotCaptured, match="dtype object"):
        reader.array(row)
    assert reader.layout_of(row).shape == [2]


@pytest.mark.parametrize(
    ("array", "flags"),
    [
        (np.array([1.0, np.nan], np.float32), TensorFlag.nan),
        (np.array([np.inf, 0]), TensorFlag.inf),
        (np.array([[-np.inf], [np.nan]], np.float16), TensorFlag.nan | TensorFlag.inf),
        (np.array([np.nan * 1j]), TensorFlag.nan),
        (np.array(np.inf), TensorFlag.inf),
        (np.array([1e38, 3e38], np.float32), 0),
        (np.array([60000, 65504], np.float16), 0),
        (np.array([1, 2]), 0),
        (np.empty(0), 0),
        (np.array([5e-324, 1e308]), 0),
        (np.arange(9, dtype=">f4"), 0),
        (np.array([0x7F800001], np.uint32).view(np.float32), TensorFlag.nan),  # a signalling NaN
        (np.full(99, 0x7F800001, np.uint32).view(np.float32), TensorFlag.nan),
        (np.array([1, np.nan], np.longdouble), TensorFlag.nan),
    ],
)
def test_flags_tell_nan_and_infinity_even_where_squares_overflow(array: np.ndarray, flags: int) -> None:
    with np.errstate(all="raise"):
        assert nonfinite_flags(array) == flags


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("place", [0, 1023, 1 << 18, -1])
def test_one_nan_or_infinity_shows_among_many_values(dtype: type, place: int) -> None:
    array = np.full((1 << 18) + 500, np.finfo(dtype).max, dtype)  # the sum of which overflows
    assert nonfinite_flags(array) == 0
    array[place] = np.nan
    assert nonfinite_flags(array) == TensorFlag.nan
    array[:] = 1
    array[place] = -np.inf
    assert nonfinite_flags(array) == TensorFlag.inf


def test_memory_is_bounded_and_forgotten_content_is_stored_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "REMEMBERED", 10)
    writer = LogWriter.create(tmp_path / "run")
    first = writer.tensor(np.array([-1.0]))
    for i in range(9):
        writer.tensor(np.array([float(i)]))
    assert writer.tensor(np.array([-1.0])) == first
    for i in range(100, 125):
        writer.tensor(np.array([float(i)]))
    again = writer.tensor(np.array([-1.0]))
    writer.close()
    assert again != first
    assert float(LogReader(tmp_path / "run").array(again)[0]) == -1.0


def test_segments_roll_over_and_no_tensor_spans_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "SEGMENT_BYTES", 10_000)
    arrays = [np.full(size, size % 251, np.uint8) for size in (9000, 900, 400, 30_000, 5, 9_999, 64)]
    rows, reader = stored(tmp_path / "run", *arrays)
    for row, array in zip(rows, arrays, strict=True):
        np.testing.assert_array_equal(reader.array(row), array)
    assert len(list((tmp_path / "run").glob("*.seg"))) > 3


def test_the_training_waits_for_room_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MAX_CHUNKS", 2)
    monkeypatch.setattr(staging, "CHUNK_BYTES", 1 << 16)
    arrays = [np.full(50_000 + i, i % 251, np.uint8) for i in range(60)]
    rows, reader = stored(tmp_path / "run", *arrays)
    for row, array in zip(rows, arrays, strict=True):
        np.testing.assert_array_equal(reader.array(row), array)


def test_threads_may_store_at_the_same_time(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    rows: dict[int, list[int]] = {}

    def work(seed: int) -> None:
        rows[seed] = [writer.tensor(np.full(1 + i * 97, seed * 1000.0 + i)) for i in range(150)]

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.close()
    reader = LogReader(tmp_path / "run")
    for seed, mine in rows.items():
        for i, row in enumerate(mine):
            np.testing.assert_array_equal(reader.array(row), np.full(1 + i * 97, seed * 1000.0 + i))


@pytest.mark.parametrize("name", ARRAYS)
def test_tensors_of_one_layout_come_back_stacked(tmp_path: Path, monkeypatch, name: str) -> None:
    first = ARRAYS[name]
    arrays = [first, np.zeros_like(first), first]
    monkeypatch.setattr(staging, "SEGMENT_BYTES", max(1, first.nbytes))  # each in a file of its own
    rows, reader = stored(tmp_path / "run", *arrays)
    assert not first.nbytes or len(set(reader.tensors["segment"].tolist())) == 2
    found = reader.stack(np.array(rows))
    assert found.dtype == first.dtype
    np.testing.assert_array_equal(found, np.stack(arrays))


def test_tensors_that_do_not_fit_on_each_other_or_are_not_there_make_no_stack(tmp_path: Path) -> None:
    rows, reader = stored(tmp_path / "run", np.zeros(3), np.zeros(4), np.ones(3))
    with pytest.raises(DamagedLog, match="several layouts"):
        reader.stack(np.array(rows[:2]))
    with pytest.raises(DamagedLog):
        reader.stack(np.array([99]))
    path = tmp_path / "run" / "tensors-0000.seg"
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DamagedLog):
        LogReader(tmp_path / "run").stack(np.array([rows[0], rows[2]]))


def test_room_is_made_without_a_hole_and_without_a_change_of_places(tmp_path: Path, monkeypatch) -> None:
    """What is filled half ends where it is, and the next buffer goes on there, in memory as in the file."""
    monkeypatch.setattr(staging, "CHUNK_BYTES", 1 << 16)
    writer = LogWriter.create(tmp_path / "run")
    arrays = [np.full(30_000 + 7 * i, i, np.uint8) for i in range(12)]
    rows = []
    for i, array in enumerate(arrays):
        if i % 2:
            writer.store.staging.make_room(array.nbytes)
        rows.append(writer.tensor(array))
    writer.close()
    reader = LogReader(tmp_path / "run")
    for row, array in zip(rows, arrays, strict=True):
        np.testing.assert_array_equal(reader.array(row), array)
    stored = sum((array.nbytes + 63) // 64 * 64 for array in arrays)
    assert max(reader.tensors["offset"]) + arrays[-1].nbytes <= stored


def test_the_thread_that_makes_room_does_not_wait_for_it(monkeypatch) -> None:
    """A finalizer of the script's may run there, and its arrays may find no buffer free."""
    monkeypatch.setattr(staging, "CHUNK_BYTES", 1 << 16)
    monkeypatch.setattr(staging, "MAX_CHUNKS", 1)
    store = staging.Staging(threading.RLock(), lambda: None)

    def write() -> None:
        store.writing_thread = threading.get_ident()
        for value in range(3):
            store.stage(bytes([value]) * 60_000, 60_000)

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    staged = b"".join([bytes(piece.data) for piece in store.pieces()])
    assert [staged.count(bytes([value])) for value in (1, 2)] == [60_000, 60_000]
