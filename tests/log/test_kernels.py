"""The compiled loops say what their twins in Python say, with each set of instructions that this processor has."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import xxhash
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from bpdebug import native
from bpdebug.log.measuring import record
from bpdebug.log.schema import TENSOR_STATISTICS
from bpdebug.log.statistics import statistics

kernels = native.part("kernels")
pytestmark = pytest.mark.skipif(kernels is None, reason="the compiled part isn't there")

RANDOM = np.random.default_rng(0)
READ = ["f4", "f8", "i4", "i8", "u1", "?"]
BEST = 0 if kernels is None else kernels.use(9)


@pytest.fixture(params=range(BEST + 1))
def instructions(request: pytest.FixtureRequest) -> Iterator[int]:
    yield kernels.use(request.param)
    kernels.use(9)


def at_odd_address(array: np.ndarray) -> np.ndarray:
    """The same values, where no element is aligned to its size."""
    memory = np.empty(array.nbytes + 1, np.uint8)[1:]
    moved = memory.view(array.dtype).reshape(array.shape)
    moved[...] = array
    return moved


def assert_measured(measured: bytes | None, array: np.ndarray) -> None:
    """The record is what `statistics` says, to rounding."""
    assert measured is not None
    found, told = (np.frombuffer(one, TENSOR_STATISTICS)[0] for one in (measured, record(statistics(array))))
    for name in ("size", "min", "max", "nan", "pos_inf", "neg_inf", "zeros"):
        np.testing.assert_array_equal(found[name], told[name], name)
    size = max(abs(float(told["min"])), abs(float(told["max"])))
    for name, least in (("mean", 1e-15 * size), ("std", 1e-12 * size), ("l2", 0)):
        np.testing.assert_allclose(found[name], told[name], rtol=1e-9, atol=least, err_msg=name)


@pytest.mark.parametrize("size", [241, 1023, 1024, 1025, 16383, 16384, 16385, 17408, 100_003])
def test_content_ids_are_those_of_xxhash(instructions: int, size: int) -> None:
    array = RANDOM.integers(0, 256, size, np.uint8)
    assert kernels.survey([array], [True])[0][0] == xxhash.xxh3_128_digest(array.data)
    odd = at_odd_address(array)
    assert kernels.survey([odd], [True])[0][0] == xxhash.xxh3_128_digest(array.data)
    assert kernels.survey([array], [False])[0][0] is None


@pytest.mark.parametrize("content", ["random", "zeros", "ones"])
def test_short_content_ids_are_those_of_xxhash(instructions: int, content: str) -> None:
    data = {"random": RANDOM.bytes(1101), "zeros": bytes(1101), "ones": b"\xff" * 1101}[content]
    for size in range(1101):
        for start in (0, 1):  # at an odd address, too
            assert kernels.identify(data[start:][:size]) == xxhash.xxh3_128_digest(data[start:][:size]), size
            assert kernels.identify(memoryview(data)[start:][:size]) == kernels.identify(data[start:][:size])


@given(
    array=arrays.arrays(st.sampled_from(READ), st.integers(1, 70)),
    repeated=st.sampled_from([1, 3, 300]),
)
@example(array=np.array([np.nan, 1, 1, 1], "f4"), repeated=1)
@example(array=np.array([1, np.nan, 1, 1], "f4"), repeated=300)
@example(array=np.array([np.inf], "f4"), repeated=300)
@example(array=np.array([np.nan, -np.inf], "f8"), repeated=300)
@example(array=np.array([-0.0, 0.0], "f4"), repeated=3)
@example(array=np.array([3e38, -3e38, 1e-45], "f4"), repeated=300)
@example(array=np.array([1000.1, 1000.2], "f4"), repeated=300)
@example(array=np.array([2**62, 2**62 - 1]), repeated=3)
@settings(max_examples=150, deadline=None)
def test_statistics_are_those_of_the_twin(array: np.ndarray, repeated: int) -> None:
    array = np.tile(array, repeated)
    for level in range(BEST + 1):
        kernels.use(level)
        found = kernels.measure(array)
        if found is None:  # left to the twin, where squares leave the range of doubles
            assert not 1e-140 <= np.abs(array).max() <= 1e140
        else:
            assert_measured(found, array)


@pytest.mark.parametrize(
    "array",
    [
        RANDOM.standard_normal(300_001).astype("f4"),
        RANDOM.standard_normal((300, 401)),
        RANDOM.standard_normal(100_001).astype("f4") * np.float32(1e-3) + 1000,
        RANDOM.standard_normal(100_001) + 1e9,
        np.repeat(RANDOM.standard_normal(5).astype("f4"), 30_000),
        np.maximum(RANDOM.standard_normal(100_001), 0).astype("f4"),
        np.where(RANDOM.random(100_001) < 1e-4, np.nan, 0.1).astype("f4"),
        RANDOM.integers(-5, 5, 100_001),
        RANDOM.random(100_001) < 0.5,
    ],
    ids=["float32", "float64", "hides", "hides in float64", "steps", "relu", "few NaN", "integers", "mask"],
)
def test_large_arrays_are_measured_as_the_twin_does(instructions: int, array: np.ndarray) -> None:
    assert_measured(kernels.measure(array), array)
    assert_measured(kernels.measure(at_odd_address(array)), array)
    content, measured = kernels.survey([array], [True])[0]
    assert content == xxhash.xxh3_128_digest(array.data)
    assert_measured(measured, array)


@pytest.mark.parametrize("begin", [0, 64, 1])
@pytest.mark.parametrize(
    "nbytes", [65_532, 65_536, 65_540, 131_072, 131_076, 262_140, 262_144, 262_148, 1_000_000]
)
def test_an_array_is_copied_whole_and_nothing_beside_it(instructions: int, nbytes: int, begin: int) -> None:
    array = RANDOM.standard_normal(nbytes // 4).astype("f4")
    pages = np.full(nbytes + 8192, 0xA5, np.uint8)
    memory = pages[-pages.ctypes.data % 4096 :][: begin + nbytes + 64]
    content, measured = kernels.survey([array], [True], memory, [begin])[0]
    assert content == xxhash.xxh3_128_digest(array.data)
    assert_measured(measured, array)
    assert memory[begin : begin + nbytes].tobytes() == array.tobytes()
    assert (memory[:begin] == 0xA5).all()
    assert (memory[begin + nbytes :] == 0xA5).all()


def test_a_constant_array_has_no_deviations(instructions: int) -> None:
    found = np.frombuffer(kernels.measure(np.full(50_000, 0.1)), TENSOR_STATISTICS)[0]
    assert (found["mean"], found["std"]) == (0.1, 0)


@pytest.mark.parametrize("room", [1, 1000, 16384, 40_000, 1_000_000])
def test_an_array_is_copied_in_portions(instructions: int, room: int) -> None:
    array = RANDOM.standard_normal(2_000 if room == 1 else 50_001).astype("f4")
    reading = kernels.Reading(array, True)
    copied = b""
    while True:
        into = bytearray(room)
        size = reading.copy(memoryview(into))
        copied += into[:size]
        if size < room:
            break
        if len(copied) < array.nbytes:
            with pytest.raises(ValueError, match="more to be copied"):
                _ = reading.found
    assert copied == array.tobytes()
    content, measured = reading.found
    assert content == xxhash.xxh3_128_digest(array.data)
    assert_measured(measured, array)
    assert reading.found == kernels.survey([array], [True])[0]


def test_several_arrays_are_surveyed_at_once(instructions: int) -> None:
    several = [RANDOM.standard_normal(size) for size in (31, 1_000, 5_000)]
    found = kernels.survey(several, [True, False, True])
    for (content, measured), array, wanted in zip(found, several, (True, False, True), strict=True):
        assert content == (xxhash.xxh3_128_digest(array.data) if wanted else None)
        assert_measured(measured, array)


def test_some_are_copied_on_the_way(instructions: int) -> None:
    several = [RANDOM.standard_normal(size) for size in (31, 5_000, 40)]
    into = bytearray(50_000)
    assert kernels.survey(several, [True] * 3, memoryview(into), [64, -1, 49_680]) == kernels.survey(
        several, [True] * 3
    )
    assert into[64 : 64 + 248] == several[0].tobytes()
    assert into[49_680:] == several[2].tobytes()
    assert not any(into[312:49_680])
    with pytest.raises(ValueError, match="no room"):
        kernels.survey(several, [True] * 3, memoryview(into), [64, -1, 49_681])


@pytest.mark.parametrize(
    "array",
    [
        np.arange(90.0)[::2],
        np.arange(90, dtype=">f8"),
        np.arange(90, dtype="f2"),
        np.arange(90, dtype="c16"),
        np.empty(0),
        np.array("text"),
        [1.0] * 90,
        np.ma.masked_array(np.arange(90.0)),
    ],
    ids=["strided", "big endian", "half", "complex", "empty", "text", "list", "subclass"],
)
def test_what_is_not_read_here_is_refused(array: np.ndarray) -> None:
    assert kernels.measure(array) is None
    with pytest.raises(ValueError, match="read here"):
        kernels.survey([array], [True])
    with pytest.raises(ValueError, match="read here"):
        kernels.Reading(array, True)


def test_values_whose_squares_leave_the_range_are_left_to_the_twin(instructions: int) -> None:
    assert kernels.measure(np.array([1e200, 2e200])) is None
    assert kernels.measure(np.array([1e-200, 2e-200])) is None
    assert_measured(kernels.measure(np.array([1e200, 1e200])), np.array([1e200, 1e200]))
