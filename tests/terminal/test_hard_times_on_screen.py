"""What a terminal does to the screen: storms of sizes, a pasted megabyte, and going away."""

from __future__ import annotations

import json
import os
import time

import pytest

pytestmark = pytest.mark.terminal

WAITING = """
import time
import numpy as np
import chainer
import chainer.functions as F

x = chainer.Variable(np.ones((2, 2), "f"))
y = F.exp(x)
time.sleep(600)
"""


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def child_of(directory):
    (run,) = (directory / "state" / "bpdebug" / "runs").iterdir()
    return json.loads((run / "run.json").read_text())["pid"]


def quit_from(screen):
    screen.press("q")
    screen.see("Quit, and end it?")
    screen.press("y")
    return screen.end()


def test_a_storm_of_sizes_ends_in_the_last_one_and_a_pasted_megabyte_is_no_command(terminal):
    screen = terminal("run", "script.py", script=WAITING, width=80, height=24)
    screen.see("event 0 of 0")
    for step in range(60):
        screen.size(30 + step * 3 % 170, 8 + step * 7 % 50)
    screen.size(150, 40)
    shown = screen.see("event 0 of 0", last_line="q quit")
    assert max(map(len, shown.split("\n"))) > 100
    screen.paste("s" * (1 << 20))
    screen.press("s")
    screen.see("event 1 of 1")
    screen.press(":")
    screen.paste("goto 0\n" * (1 << 17))
    screen.press("\r")
    screen.see("event 0 of 1")
    assert quit_from(screen) == 0
    screen.assert_sane()


def test_a_terminal_that_goes_away_leaves_no_process_behind(terminal, tmp_path):
    screen = terminal("run", "script.py", script=WAITING)
    screen.see("event 0 of 0")
    pid = child_of(tmp_path)
    screen.hang_up()
    deadline = time.monotonic() + 60
    while screen.process.poll() is None or is_alive(pid):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (run,) = (tmp_path / "state" / "bpdebug" / "runs").iterdir()
    assert os.path.getsize(run / "events.idx") > 0
