"""Changing a tensor: the screen says what is changed, from what to what, while it is typed and when it is done."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.errors import ConditionError
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import FIRST_UNNAMED_VARIABLE
from bpdebug.timeline import Timeline
from bpdebug.timeline.editable import EditTarget, parameter_target
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.edit_words import FORMS, EditPreview, change_words
from tests.support.example_run import write_example_run
from tests.support.main_screen import notice, press
from tests.support.paused_script import PausedScript

W = EditTarget("W", "MLP.l1")
CONTENT = np.array([[1, 2, 3], [4, 5, 6]], np.float32)


@pytest.fixture
def event(tmp_path):
    with LogReader(write_example_run(tmp_path / "run")) as reader:
        timeline = Timeline(reader)
        yield lambda: timeline.recorded.event(reader.find("it0/forward/MLP.l1/linear"))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("[1, 2] = 0.5", "W[1,2] of MLP.l1 = 6.0 -> 0.5"),
        ("[-1, 2] *= 2", "W[1,2] of MLP.l1 = 6.0 -> 12.0"),
        ("[1] = 0", "W[1] of MLP.l1: 3 of 6 elements, L2 9.539 -> 3.742; [1,0] 4.0 -> 0.0"),
        ("[:, 0] *= 3", "W[:,0] of MLP.l1: 2 of 6 elements"),
        ("*= 2", "W of MLP.l1: 6 of 6 elements, L2 9.539 -> 19.08; [0,0] 1.0 -> 2.0"),
        ("= W", "6 elements: a value of shape (3, 2) doesn't fit into (2, 3)"),
        ("[5, 0] = 1", "W of MLP.l1 has shape (2, 3)"),
        ("[0, 0] = 1", "W[0,0] of MLP.l1 stays as it is"),
        ("[1, 2] = ", f"W[1,2] of MLP.l1 = 6.0 -> ?  {FORMS}"),
        ("[1] *= ", f"W[1] of MLP.l1: 3 elements -> ?  {FORMS}"),
        ("", f"all of W of MLP.l1: 6 elements -> ?  {FORMS}"),
    ],
)
def test_a_change_says_what_it_would_do_before_it_is_done(event, typed, said):
    preview = EditPreview(W, lambda: CONTENT, event)
    assert said in preview.words(typed)
    assert CONTENT[1, 2] == 6


def test_a_change_that_cannot_be_read_says_where(event):
    with pytest.raises(ConditionError) as raised:
        EditPreview(W, lambda: CONTENT, event).words("[1] = 2 * nrm(x)")
    assert raised.value.column == len("[1] = 2 * ")


def test_nan_that_stays_is_no_change():
    before = np.array([np.nan, 1], np.float32)
    assert change_words(W, before, np.array([np.nan, 2], np.float32)) == "W[1] of MLP.l1 = 1.0 -> 2.0"


def test_a_parameter_and_its_gradient_are_called_by_their_roles():
    assert parameter_target("MLP.l1.W", 3).label("[0,1]") == "W[0,1] of MLP.l1"
    assert parameter_target("MLP.l1.W", 3, "gradient").label() == "gW of MLP.l1"
    assert EditTarget("gx").label("[2]") == "gx[2]"


@pytest.fixture
def live(tmp_path):
    """A script that is paused behind an op with an input of four axes."""
    script = PausedScript(tmp_path / "live")
    recorder = script.recorder
    op = script.writer.op("Negative", "neg", ["x"], ["y"], "gx = -gy")
    x = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    recorder.forward(op, "neg", [recorder.new_variable()], [x], [recorder.new_variable()], [-x])
    recorder.flush()
    script.paused_at = 1
    with LogReader(tmp_path / "live") as reader:
        yield script, DebuggerApp(Timeline(reader), script)
    recorder.close()


async def test_the_element_under_the_cursor_is_changed_in_all_its_axes(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(1)
        app.main.workspace.choose("tensor")
        await pilot.pause()
        await press(pilot, "a", "i", "down", "right", "e")
        assert notice(app).startswith("y[0,1,1,1] = -17.0 -> ?")
        await press(pilot, "5")
        assert notice(app) == "y[0,1,1,1] = -17.0 -> 5.0"
        await press(pilot, *"+nrm(x)", "enter")
        assert not script.edits
        assert "▾" in notice(app)
        await press(pilot, "end", *["backspace"] * 7, "enter")
        assert script.edits == [("[0, 1, 1, 1] = 5", "y", 0, 0, "value")]
        before = -np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
        after = before.copy()
        after[0, 1, 1, 1] = 5
        script.recorder.edited(FIRST_UNNAMED_VARIABLE, before, after, "[0, 1, 1, 1] = 5", "value")
        script.recorder.flush()
        script.paused_at = 2
        script.on_change()
        script.on_answer(2001, "")
        await pilot.pause()
        assert notice(app) == "changed: y[0,1,1,1] = -17.0 -> 5.0"


async def test_nothing_can_be_changed_when_the_script_has_ended(live):
    script, app = live
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.go_to(1)
        script.state, script.why, script.exit_status = "ended", "killed by signal 9 (SIGKILL)", 137
        script.on_change()
        await pilot.pause()
        await press(pilot, "e")
        assert notice(app) == "killed by signal 9 (SIGKILL) (exit status 137): R starts it anew"
