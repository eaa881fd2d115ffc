from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from bpdebug.collecting import collect_again, hold_off
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from tests.support.example_run import write_example_run


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    frozen = gc.get_freeze_count()
    yield
    if not frozen:
        gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_until_the_end_and_then_only_what_was_made_since() -> None:
    hold_off()
    assert not gc.isenabled()
    frozen = gc.get_freeze_count()
    made = [[i] for i in range(1000)]
    collect_again()
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(made)


def test_a_collector_that_someone_else_switched_off_stays_off() -> None:
    gc.disable()
    hold_off()
    collect_again()
    assert not gc.isenabled()


async def test_the_screen_collects_again_once_it_is_drawn(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    hold_off()
    with LogReader(write_example_run(tmp_path / "run")) as reader:
        async with DebuggerApp(Timeline(reader)).run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert gc.isenabled()
