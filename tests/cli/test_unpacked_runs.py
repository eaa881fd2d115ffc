"""Unpacked runs are shared by all that read them, and removed by whoever comes later."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from bpdebug.cli.opening import open_run
from bpdebug.errors import LogError, NotALog
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.packing import cache, pack_run, unpack, unpacked
from bpdebug.verify import verify_run


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    LogWriter.create(tmp_path / "run").close()
    pack_run(tmp_path / "run", tmp_path / "run.bpd")
    return tmp_path / "run.bpd"


def assert_whole(directory: Path) -> None:
    with LogReader(directory) as reader:
        assert verify_run(reader).whole


def test_what_was_left_of_a_removal_is_not_taken_for_the_run(packed, monkeypatch) -> None:
    with unpacked(packed) as directory:
        pass

    def killed(path: Path, **_: bool) -> None:
        if path.is_dir():
            (path / "run.json").unlink()
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            cache._remove(directory.parent, cache._lock_of(directory))
    with unpacked(packed) as directory:
        assert_whole(directory)


@pytest.mark.parametrize(
    "at", [fcntl.LOCK_EX, fcntl.LOCK_SH], ids=["before it is locked", "before it is shared"]
)
def test_a_run_that_another_one_removes_meanwhile_is_unpacked_again(packed, monkeypatch, at) -> None:
    with unpacked(packed) as directory:
        pass
    lock, real, removed = cache._lock_of(directory), fcntl.flock, []

    def flock(file: int, way: int) -> None:
        if way == at and not removed:
            removed.append(lock)
            real(file, fcntl.LOCK_UN)
            cache._remove(directory.parent, lock)
            assert not directory.exists()
        real(file, way)

    monkeypatch.setattr(fcntl, "flock", flock)
    with unpacked(packed) as again:
        assert removed
        assert_whole(again)
        cache._remove(again.parent, lock)  # as others do, which see that it is being read
        assert_whole(again)
        assert os.path.lexists(lock)


@pytest.mark.parametrize("missing", [1, 30, 500])
def test_an_archive_whose_end_is_missing_is_called_cut_off(packed, missing) -> None:
    packed.write_bytes(packed.read_bytes()[:-missing])
    with (
        pytest.raises(LogError, match=r"run\.bpd: this archive is cut off: its end is missing"),
        unpacked(packed),
    ):
        pass


def test_where_nothing_can_be_unpacked_the_place_and_the_way_out_are_told(packed, monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    with pytest.raises(LogError) as told, unpacked(packed):
        pass
    assert "can't be unpacked in /proc/nowhere/bpdebug/unpacked: " in str(told.value)
    assert "XDG_CACHE_HOME" in str(told.value)


def test_a_full_disk_is_told_with_the_place(packed, monkeypatch, tmp_path) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpack, "write_with_holes", full)
    with pytest.raises(LogError, match="No space left on device") as told, unpacked(packed):
        pass
    assert str(tmp_path / "cache" / "bpdebug" / "unpacked") in str(told.value)


def test_a_packed_run_that_cannot_be_read_is_told_as_such(packed) -> None:
    packed.unlink()
    packed.symlink_to(packed.name)
    with pytest.raises(LogError, match=r"run\.bpd: can't be read: "), unpacked(packed):
        pass


def test_a_script_in_the_place_of_a_run_is_told_how_to_be_recorded(tmp_path) -> None:
    (tmp_path / "train.py").write_text("print(1)")
    with pytest.raises(NotALog, match=r"bpdebug run .*train\.py"), open_run(str(tmp_path / "train.py")):
        pass
