"""Unpacked runs are shared by all that read them, and removed by whoever comes later."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.packing import cache, pack_run, unpacked
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
