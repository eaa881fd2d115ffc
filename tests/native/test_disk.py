"""The compiled part writes what its twin writes, and says what went wrong."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from bpdebug import native
from bpdebug.log import own_file, segment_writer

WAYS = {"Python": segment_writer.append_all_in_python}
if (disk := native.part("disk")) is not None:
    WAYS["compiled"] = disk.append_all


PLACES = {"Python": segment_writer.place_all_in_python}
OWN = {"Python": (own_file.OwnFileInPython, own_file.are_ours_in_python)}
if disk is not None:
    PLACES["compiled"], OWN["compiled"] = disk.place_all, (disk.OwnFile, disk.are_ours)


@pytest.mark.parametrize("way", PLACES)
def test_parts_are_put_at_their_places(way: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    PLACES[way]([])
    PLACES[way]([(file, memoryview(b"two"), 3), (file, memoryview(b""), 0), (file, memoryview(b"one"), 0)])
    PLACES[way]([(file, memoryview(b"456")[1:], 6)])
    assert path.read_bytes() == b"onetwo56"
    assert os.lseek(file, 0, os.SEEK_CUR) == 0
    os.close(file)
    with pytest.raises(OSError, match="descriptor"):
        PLACES[way]([(file, memoryview(b"lost"), 0)])


@pytest.mark.parametrize("way", PLACES)
def test_what_is_written_in_part_goes_on_where_it_was(way: str, tmp_path: Path) -> None:
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    content = os.urandom(10_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            PLACES[way]([(file, memoryview(content), 1_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        os.close(file)
    assert (tmp_path / "file").read_bytes() == bytes(1_000) + content[:5_000]


@pytest.mark.parametrize("way", OWN)
def test_a_file_is_told_from_another_with_its_descriptor(way: str, tmp_path: Path) -> None:
    file_class, are_ours = OWN[way]
    own = [file_class(os.open(tmp_path / name, os.O_RDWR | os.O_CREAT)) for name in ("one", "two")]
    assert are_ours([])
    assert are_ours(own)
    assert own[0].is_ours()
    os.close(own[1].descriptor)
    assert not are_ours(own)
    with pytest.raises(OSError, match="descriptor"):
        file_class(own[1].descriptor)
    another = os.open(tmp_path / "three", os.O_RDWR | os.O_CREAT)
    assert another == own[1].descriptor
    assert not are_ours(own)
    own[1].close()
    os.write(another, b"still open")
    os.close(another)
    own[0].close()
    assert not own[0].is_ours()


@pytest.fixture(params=WAYS)
def append_all(request: pytest.FixtureRequest):
    return WAYS[request.param]


def test_parts_are_appended_in_their_order(append_all, tmp_path: Path) -> None:
    files = [os.open(tmp_path / str(i), os.O_WRONLY | os.O_CREAT | os.O_APPEND) for i in range(3)]
    append_all([])
    append_all([(files[0], b"one"), (files[1], b""), (files[0], b" two")])
    append_all([(files[i % 3], bytes([65 + i])) for i in range(40)])
    for file in files:
        os.close(file)
    written = [(tmp_path / str(i)).read_bytes() for i in range(3)]
    letters = bytes(range(65, 105))
    assert written == [b"one two" + letters[0::3], letters[1::3], letters[2::3]]


def test_more_than_a_pipe_takes_at_once_is_written_whole(append_all) -> None:
    ours, theirs = os.pipe()
    content = os.urandom(300_000)
    if (child := os.fork()) == 0:
        append_all([(theirs, content)])
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        assert pipe.read() == content
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_an_error_and_nothing_behind_it_is_written(append_all, tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    file = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT)
    with pytest.raises(OSError, match="No space left") as caught:
        append_all([(file, b"before"), (full, b"x"), (file, b"behind")])
    assert caught.value.errno == errno.ENOSPC
    os.close(full)
    os.close(file)
    assert (tmp_path / "file").read_bytes() == b"before"
