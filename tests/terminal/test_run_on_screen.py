"""`bpdebug run` in a real terminal: step, step back, quit, resize, and all the ways in which things end."""

import json
import os
import signal
import time

import pytest

pytestmark = pytest.mark.terminal

TRAINING = """
import os
import numpy as np
import chainer
import chainer.functions as F

x = chainer.Variable(np.array([[1, 2, 3]], "f"))
W = chainer.Parameter(np.array([[1, 0, -1]], "f"), name="W")
print("隠れ層 before")
os.write(1, b"\\x1b[2J past the screen")
for i in range(2):
    y = F.matmul(x, W, transb=True)
    loss = F.sum(y * y)
    loss.backward()
print("all done")
"""

CATCHES_CTRL_C = """
import time
try:
    print("ready")
    time.sleep(60)
except KeyboardInterrupt:
    print("caught once")
time.sleep(0.3)
print("went on")
"""


def child_of(terminal_directory):
    (directory,) = (terminal_directory / "state" / "bpdebug" / "runs").iterdir()
    return json.loads((directory / "run.json").read_text())["pid"]


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def quit_from(screen):
    screen.press("q")
    screen.see("Quit, and end it?")
    screen.press("y")
    return screen.end()


def test_a_person_steps_forward_and_back_crosses_over_and_quits(terminal, tmp_path):
    screen = terminal("run", "script.py", script=TRAINING)
    screen.see("script.py", "LIVE paused", "event 0 of 0")
    screen.press("s")
    screen.see("event 1 of 1", "stdout", "隠れ層 before")
    pid = child_of(tmp_path)
    screen.press("\x03")  # Ctrl-C on the screen is not for the script
    screen.press("s", "s")  # event 2 is the matmul
    # What the script writes past print() doesn't touch the screen.
    screen.see("event 3 of 3", "LIVE paused", "matmul", "loss = F.sum(y * y)")
    screen.press("S")
    screen.see("event 2 of 3", "matmul")
    screen.press("x")  # runs the script to the backward step
    screen.see("LIVE paused", "  backward  ", "matmul", without=["event 2 of 3"])
    screen.press("x")
    screen.see("event 2 of ", "  forward  ")
    screen.press("s")
    screen.see("event 3 of ")
    assert is_alive(pid)
    assert quit_from(screen) == 0
    assert not is_alive(pid)
    screen.assert_sane()
    assert "bpdebug: the run is kept in" in screen.screen.text()


def test_a_script_that_has_run_to_its_end_can_be_walked_and_quit_at_once(terminal):
    screen = terminal("run", "script.py", script=TRAINING)
    screen.see("event 0 of 0")
    screen.press("c")
    screen.see("LIVE ended", "the script finished")
    screen.press("g")
    screen.see("event 0 of ")
    screen.press("q")
    assert screen.end() == 0
    screen.assert_sane()


def test_kill_9_of_the_child_is_told_and_the_log_up_to_there_can_be_walked(terminal, tmp_path):
    screen = terminal("run", "script.py", script=TRAINING)
    screen.see("event 0 of 0")
    screen.press("4", "s")
    screen.see("event 4 of 4")
    os.kill(child_of(tmp_path), signal.SIGKILL)
    screen.see("LIVE ended", "SIGKILL")
    screen.press("S")
    screen.see("event 3 of 4", "matmul")
    screen.press("q")
    assert screen.end() == 0
    screen.assert_sane()


def test_kill_9_of_the_debugger_ends_the_child(terminal, tmp_path):
    screen = terminal("run", "script.py", script=TRAINING)
    screen.see("event 0 of 0")
    pid = child_of(tmp_path)
    screen.process.kill()
    deadline = time.monotonic() + 30
    while is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_screen_has_the_size_of_the_terminal_and_follows_it(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")  # as some shells export it, and never change it
    monkeypatch.setenv("LINES", "20")
    screen = terminal("run", "script.py", script=TRAINING, width=150, height=40)
    shown = screen.see("event 0 of 0", last_line="q quit")
    assert max(map(len, shown.split("\n"))) > 100
    screen.press("3", "s")
    screen.see("event 3 of 3")
    screen.size(80, 24)
    # The line of keys moves to the new last line.
    screen.see("event 3 of 3", last_line="q quit")
    screen.size(150, 45)
    shown = screen.see("event 3 of 3", last_line="q quit")
    assert max(map(len, shown.split("\n"))) > 100
    quit_from(screen)


def test_a_script_that_runs_on_can_be_paused(terminal):
    screen = terminal("run", "script.py", script=TRAINING.replace("range(2)", "iter(int, 1)"))
    screen.see("event 0 of 0")
    screen.press("c")
    screen.see("LIVE running")
    screen.press(" ")
    screen.see("LIVE paused")
    quit_from(screen)
    screen.assert_sane()


def test_a_failing_script_shows_its_error_and_stays_walkable(terminal):
    screen = terminal(
        "run", "script.py", script=TRAINING + "\nraise ValueError('the loss is not a number')\n"
    )
    screen.see("event 0 of 0")
    screen.press("c")
    screen.see("the loss is not a number")
    screen.press("S")
    screen.see("all done", without=["event 0 of 0"])
    quit_from(screen)


def test_a_syntax_error_is_shown_before_any_screen_opens(terminal, tmp_path):
    screen = terminal("run", "script.py", script="x = 3\ny = = 4\n")
    assert screen.end() == 1
    assert "line 2" in screen.screen.text()
    assert "SyntaxError: invalid syntax" in screen.screen.text()
    assert not (tmp_path / "state" / "bpdebug" / "runs").exists()
    screen.assert_sane()


def test_ctrl_c_in_a_headless_run_interrupts_the_script_once(terminal):
    screen = terminal("run", "--headless", "script.py", script=CATCHES_CTRL_C)
    screen.see("ready")
    screen.press("\x03")
    status = screen.end()
    shown = screen.screen.text()
    assert "caught once" in shown
    assert status == 0
    assert "went on" in shown
    screen.assert_sane()


def test_a_recorded_run_opens_with_no_script(terminal, tmp_path):
    recording = terminal("run", "--headless", "--log", "one", "script.py", script=TRAINING)
    assert recording.end() == 0
    (tmp_path / "script.py").unlink()
    screen = terminal("view", "one")
    screen.see("REPLAY", "event ")
    screen.press("g", "3", "s")
    screen.see("event 3 of ", "matmul")
    screen.press("q")
    assert screen.end() == 0
    screen.assert_sane()
