"""A mistake of ours in the screen: two lines for the person, the traceback in a file, no locals on the terminal."""

from __future__ import annotations

import pytest

from bpdebug.errors import DamagedLog, ScreenError
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.widgets.key_line import KeyLine
from tests.support.example_run import write_example_run


@pytest.fixture
def reader(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with LogReader(write_example_run(tmp_path / "run")) as reader:
        yield reader


def crash(reader, error):
    """Run a screen that meets `error` after its first frame."""
    app = DebuggerApp(Timeline(reader))

    def fail():
        secret = "a local variable"
        raise error if secret else AssertionError

    async def pilot(pilot):
        pilot.app.main.call_later(fail)
        await pilot.pause()

    app.run(headless=True, auto_pilot=pilot)


def test_a_failing_screen_says_so_in_two_lines_and_keeps_the_traceback_in_a_file(reader, tmp_path, capfd):
    with pytest.raises(ScreenError) as caught:
        crash(reader, ValueError("no such thing\x1b[2J\nmore"))
    first, second = str(caught.value).split("\n")
    crash_file = tmp_path / "state" / "bpdebug" / "crash.txt"
    assert first.startswith("the screen failed: ValueError: no such thing")
    assert first.endswith(
        f"(test_crash.py:{crash.__code__.co_firstlineno + 6}); please report it with {crash_file}"
    )
    assert "\x1b" not in first
    assert second == f"The run is kept in {reader.directory}"
    assert "ValueError: no such thing" in crash_file.read_text()
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert "a local variable" not in out + err


def test_an_error_that_is_meant_for_people_is_told_as_it_is(reader):
    with pytest.raises(DamagedLog, match="cut off"):
        crash(reader, DamagedLog("the log was cut off"))


async def test_a_log_that_was_cut_off_says_so_where_there_is_room_for_it(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    directory = write_example_run(tmp_path / "run")
    with open(directory / "events.idx", "r+b") as file:
        file.truncate(20 * 64 + 5)
    with LogReader(directory) as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            shown = app.main.query_one(KeyLine).notice
    assert shown == "events from 20 on are lost: events.idx ends in the middle of a record"


async def test_a_failure_of_the_script_is_told_whatever_pane_is_in_sight(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    recorder = Recorder(LogWriter.create(tmp_path / "run"))
    try:
        raise ModuleNotFoundError("No module named 'nowhere'")
    except ModuleNotFoundError as error:
        recorder.script_failed(error)
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        app = DebuggerApp(Timeline(reader))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert "No module named 'nowhere'" in app.main.query_one(KeyLine).notice
