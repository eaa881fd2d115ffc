"""What most tests of the screen begin with: a state directory of their own, and the screen over the example run."""

import pytest
import textual.app
import textual.pilot

from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from tests.support.example_run import write_example_run
from tests.support.idle_app import wait_for_idle


@pytest.fixture(autouse=True)
def own_state_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def pilot_that_waits_no_longer_than_needed(monkeypatch):
    for module in (textual.app, textual.pilot):
        monkeypatch.setattr(module, "wait_for_idle", wait_for_idle)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return write_example_run(tmp_path_factory.mktemp("runs") / "example")


@pytest.fixture
def app(example):
    with LogReader(example) as reader:
        yield DebuggerApp(Timeline(reader))
