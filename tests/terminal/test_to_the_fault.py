"""A user's journey: a script whose loss becomes NaN at iteration 37, from the shell to the guilty line."""

import pytest

pytestmark = pytest.mark.terminal

SCRIPT = """
import numpy as np
import chainer
import chainer.functions as F

np.random.seed(0)
W = chainer.Parameter(np.ones((1, 3), "f"), name="W")
optimizer = chainer.optimizers.SGD(0.01)
model = chainer.Link()
with model.init_scope():
    model.W = W
optimizer.setup(model)
for step in range(60):
    x = np.random.rand(4, 3).astype("f")
    price = x.sum(axis=1, keepdims=True)
    if step == 37:
        price[2] = -price[2]
    t = F.log(chainer.Variable(price))
    loss = F.mean_squared_error(F.matmul(x, W, transb=True), t)
    model.cleargrads()
    loss.backward()
    optimizer.update()
"""


def test_one_key_leads_to_the_line_that_makes_the_first_nan(terminal):
    screen = terminal("run", "--break-on", "nan", "script.py", script=SCRIPT, width=80, height=24)
    screen.see("LIVE paused")
    keys = ["c"]
    screen.press(*keys)
    assert len(keys) <= 5
    for width, height in (80, 24), (200, 60):
        if (
            width > 80
        ):  # a terminal that keeps its size tells the program nothing, which draws nothing anew then
            screen.size(width, height)
        shown = screen.see(
            "37",
            "breakpoint 1: nan",
            "price[2] = -price[2]",
            "▶    t = F.log(chainer.Variable(price))",
            "script.py" if width > 80 else "LIVE paused",
        )
        (line,) = [line for line in shown.splitlines() if "▶" in line and "F.log(" in line]
        assert "t = F.log(chainer.Variable(price))" in line


def test_the_same_key_leads_there_in_the_recording(terminal, tmp_path):
    recorded = terminal("run", "--headless", "--log", "run", "script.py", script=SCRIPT)
    recorded.end()
    screen = terminal("view", "--break-on", "nan", "run", width=80, height=24)
    screen.see("REPLAY")
    screen.press("c")
    screen.see("37", "breakpoint 1: nan", "price[2] = -price[2]")
    screen.press("C")  # there is none before
    screen.see("no stop before")


def test_two_runs_are_stepped_together_from_where_they_part(terminal):
    """Without the bad price of step 37: the first divergence is the op that was given it."""
    for name, script in (("bad", SCRIPT), ("good", SCRIPT.replace("step == 37", "False"))):
        terminal("run", "--headless", "--log", name, "script.py", script=script).end()
    screen = terminal("view", "bad", "--with", "good", width=130, height=30)
    screen.see("REPLAY", "A ≠ B (event ", "): x y  iteration 37", "t = F.log(chainer.Variable(price))")
    screen.press("|")
    screen.see("B ≠ A (event ", "): x y  iteration 37")
    screen.press("#", "(")
    screen.see("no earlier event differs")
    screen.press("q")
    screen.end()
    screen.assert_sane()


def test_a_wrong_condition_is_told_before_the_script_starts(terminal):
    screen = terminal("run", "--break", "nrm(gx) > 3", "script.py", script=SCRIPT)
    screen.end()
    shown = screen.screen.text()
    assert "there is no function nrm; did you mean norm?" in shown
    assert "  ^" in shown


def test_a_person_changes_a_tensor_looks_into_the_frame_and_starts_anew(terminal):
    screen = terminal(
        "run", "--break", "it2/forward/matmul", "script.py", script=SCRIPT, width=130, height=30
    )
    screen.see("LIVE paused", "event 0 of 0")
    screen.press("c")
    screen.see("LIVE paused", "breakpoint 1: it2", "F.matmul(")
    screen.press("e")
    screen.see("change [0, 0] =")
    screen.press("\x15")  # Ctrl-U empties the line
    screen.see("all of y: 4 elements -> ?  = 0, *= 0.5")
    screen.press("*= 0")
    screen.see("change *= 0", "y: 4 of 4 elements, L2")
    screen.press("\r")
    screen.see("edited", "changed: y: 4 of 4 elements, L2")
    screen.press("e")
    screen.see("change [0, 0] =")
    screen.press("\x15+= 1\r")  # all at once
    screen.see("changed: value: 4 of 4 elements, L2 0.0 -> 2.0; [0,0] 0.0 -> 1.0")
    screen.press("s")
    screen.see("mean_squared_error")
    screen.press("o")
    screen.see("Nothing is printed yet.")
    screen.press("\r")
    screen.see(">>>")
    screen.press("step, x.shape")
    screen.see(">>> step, x.shape")
    screen.press("\r")
    screen.see("(2, (4, 3))")
    screen.press("\x1b")
    screen.see("space run", "q quit")
    screen.press("o", "R")
    screen.see("script.py is paused after event", "bpdebug view")
    screen.press("y")
    screen.see("event 0 of 0", "iteration 0")
    screen.press("c")
    screen.see("LIVE paused", "breakpoint 1: it2", "F.matmul(")


def test_a_run_started_anew_is_recorded_beside_the_one_that_log_names(terminal, tmp_path):
    (tmp_path / "kept-2").mkdir()
    screen = terminal("run", "--log", "kept", "script.py", script=SCRIPT, width=130, height=30)
    screen.see("LIVE paused", "event 0 of 0")
    for number in (3, 4):
        screen.press("R")
        screen.see("started anew; recorded in", f"kept-{number}", "event 0 of 0")
        assert (tmp_path / f"kept-{number}" / "run.json").exists()
    screen.press("q")
    screen.see("Quit, and end it?")
    screen.press("y")
    screen.end()
    shown = "".join(screen.screen.text().split())
    assert "theruniskeptin" in shown
    assert "whatranbeforeitiskeptin" in shown
    assert not (tmp_path / "state" / "bpdebug" / "runs").exists()
