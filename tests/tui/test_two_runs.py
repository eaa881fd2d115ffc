"""Two runs on the screen: where they part, what is marked, both runs' tensors, weights and curves."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot

from bpdebug import cli
from bpdebug.diff import Tolerance
from bpdebug.diff.beside import Beside
from bpdebug.diff.marking import Marks, mark_runs
from bpdebug.diff.values import DISTANCES
from bpdebug.errors import DamagedLog
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from bpdebug.tui.app import DebuggerApp
from bpdebug.tui.beside_worker import BesideWorker
from bpdebug.tui.messages import ComparedFurther
from bpdebug.tui.panes.tensor_beside import SHORT_NAMES
from bpdebug.tui.screens.help import HelpScreen
from tests.support.main_screen import at, notice, press, status
from tests.support.pane_host import screen_text

SCRIPT = """\
import sys
import numpy as np, chainer, chainer.functions as F, chainer.links as L
np.random.seed(0)
wish = sys.argv[1]
class Net(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(3, 4)
            self.l2 = L.Linear(4, 1)
    def forward(self, x):
        h = F.relu(self.l1(x))
        if wish == "inserted" and i == 2:
            h = F.sigmoid(h)
        return self.l2(h)
net = Net()
optimizer = chainer.optimizers.SGD(0.1).setup(net)
x = np.random.rand(5, 3).astype("f")
for i in range(4):
    if wish == "faster" and i == 1:
        optimizer.lr = 0.2
    loss = F.mean_squared_error(net(x), x.sum(1, keepdims=True))
    net.cleargrads()
    loss.backward()
    optimizer.update()
"""


@pytest.fixture(autouse=True)
def own_state_directory(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """Directories of the script's runs by what was wished."""
    folder = tmp_path_factory.mktemp("two")
    script = folder / "net.py"
    script.write_text(SCRIPT)
    for wish in ("plain", "faster", "inserted"):
        words = ["run", "--headless", "--quiet", "--log", str(folder / wish), str(script), wish]
        assert cli.main(words) == 0
    return folder


@pytest.fixture
def both(recorded):
    """Makes the application with two of the runs."""
    opened = []

    def make(a: str, b: str) -> DebuggerApp:
        readers = [LogReader(recorded / name) for name in (a, b)]
        opened.extend(readers)
        first, second = map(Timeline, readers)
        marks = Marks(len(first), len(second))
        return DebuggerApp(first, beside=Beside(first, second, marks, Tolerance()))

    yield make
    for reader in opened:
        reader.close()


async def compared(app: DebuggerApp, pilot: Pilot) -> None:
    """Wait for the comparison's end."""
    for _ in range(200):
        await pilot.pause(0.02)
        if app.main.beside.marks.done >= 1:
            await pilot.pause()
            return
    raise AssertionError("the comparison didn't end")


async def test_it_opens_at_the_first_divergence_and_steps_through_what_differs(both):
    app = both("plain", "faster")
    async with app.run_test(size=(200, 50)) as pilot:
        await compared(app, pilot)
        assert at(app) == "it1/update/update:SGD"
        assert "A ≠ B: lr 0.1 / 0.2" in status(app)
        await press(pilot, "right_parenthesis")
        assert at(app).startswith("it1/update/Net.l")
        assert re.search(r"^≠▶ +param +Net\.l", screen_text(app), re.MULTILINE)
        await press(pilot, "G", "right_parenthesis")
        assert notice(app) == "no later event differs"
        await press(pilot, "number_sign", "left_parenthesis")
        assert notice(app) == "no earlier event differs"


async def test_the_same_run_twice_says_that_there_is_no_divergence(both):
    app = both("plain", "plain")
    async with app.run_test(size=(120, 40)) as pilot:
        await compared(app, pilot)
        assert notice(app) == "the runs are the same: there is no divergence"
        assert app.main.navigator.seq == 0
        assert "A = B" in status(app)
        await press(pilot, "number_sign")
        assert notice(app) == "the runs are the same: there is no divergence"


async def test_events_that_only_the_other_run_has_are_counted_and_seen_in_it(both):
    app = both("plain", "inserted")
    async with app.run_test(size=(160, 50)) as pilot:
        await compared(app, pilot)
        assert at(app) == "it2/forward/Net/relu"
        assert notice(app) == "here B has 1 event that A doesn't have: | shows B"
        assert "+1 in B" in screen_text(app)
        await press(pilot, "vertical_line", "s")
        assert at(app) == "it2/forward/Net/sigmoid"
        assert "REPLAY  only in B  iteration 2" in status(app)
        await press(pilot, "vertical_line")
        assert at(app) == "it2/forward/Net/relu"
        assert "A = B, then 1 event only in B" in status(app)


async def test_both_screens_share_breakpoints_and_the_pane_in_front(both):
    app = both("plain", "faster")
    async with app.run_test(size=(80, 24)) as pilot:
        await compared(app, pilot)
        app.main.workspace.choose("weights")
        await press(pilot, "b", "vertical_line")
        assert app.main.workspace.current == "weights"
        assert [stop.label for stop in app.main.navigator.breakpoints] == ["update:SGD"]
        await press(pilot, "b", "vertical_line")
        assert app.main.navigator.breakpoints == []


async def test_the_tensor_pane_shows_either_run_and_how_far_they_are_apart(both):
    app = both("plain", "faster")
    async with app.run_test(size=(80, 24)) as pilot:
        await compared(app, pilot)
        app.main.workspace.choose("tensor")
        app.main.go_to(app.timeline.reader.find("it1/update/Net.l2.b"))
        await press(pilot, "less_than_sign")  # after
        pane = app.main.workspace.panes["tensor"]
        reader = app.main.beside.other.reader
        theirs = reader.array(reader.body(reader.find("it1/update/Net.l2.b")).after)[0]
        own = app.timeline.reader
        mine = own.array(own.body(own.find("it1/update/Net.l2.b")).after)[0]
        text = screen_text(app)
        assert "[A]" in text
        assert "1 of 1 differ" in text
        shown = []
        for _ in range(5):
            shown.append(float(pane.copy_text()[1]))
            await press(pilot, "r")
        assert shown[:2] == [mine, theirs]
        assert shown[2] == pytest.approx(abs(float(mine) - float(theirs)))
        assert shown[3] == pytest.approx(shown[2] / max(abs(mine), abs(theirs)))
        assert shown[4] > 1
        assert "[A]" in screen_text(app)


async def test_weights_and_curves_of_both_runs_are_shown(both):
    app = both("plain", "faster")
    async with app.run_test(size=(200, 60)) as pilot:
        await compared(app, pilot)
        await press(pilot, "G")
        await pilot.pause(0.2)
        text = screen_text(app)
        assert "|value| B" in text
        assert "|A-B|" in text
        assert "value in B" in text
        value = next(c for c in app.main.beside.other.curves() if c.name == "loss").values[-1]
        assert f"B (dotted) {value:.6f}"[:18] in text


async def test_keys_for_two_runs_are_only_there_with_two(both, recorded):
    app = both("plain", "faster")
    async with app.run_test(size=(120, 40)) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert "the other run at the same event" in app.screen.text().plain
    with LogReader(recorded / "plain") as reader:
        alone = DebuggerApp(Timeline(reader))
        async with alone.run_test(size=(120, 40)) as pilot:
            await press(pilot, "question_mark")
            assert "the other run at the same event" not in alone.screen.text().plain
            await press(pilot, "escape", "right_parenthesis", "colon")
            await press(pilot, *"divergence", "enter")
            assert notice(alone) == "there is no second run: bpdebug view A --with B opens two"


async def test_a_person_who_has_gone_elsewhere_is_told_of_the_divergence_and_left_there(both, monkeypatch):
    monkeypatch.setattr(BesideWorker, "start", lambda worker: None)
    app = both("plain", "faster")
    async with app.run_test(size=(120, 40)) as pilot:
        app.main.go_to(5)
        await pilot.pause()
        assert "comparing 0%" in status(app)
        assert "A not compared yet" in status(app)
        beside = app.main.beside
        for _ in mark_runs(beside.this.reader, beside.other.reader, beside.tolerance, beside.marks):
            pass
        app.post_message(ComparedFurther())
        await pilot.pause()
        assert app.main.navigator.seq == 5
        assert notice(app) == f"the first divergence is event {beside.first}: # goes there"
        assert "A = B" in status(app)


async def test_a_comparison_that_fails_says_so_and_the_screen_goes_on(both, monkeypatch):
    def broken(*args):
        yield
        raise DamagedLog("events.idx was cut off\nmore")

    monkeypatch.setattr("bpdebug.tui.beside_worker.mark_runs", broken)
    app = both("plain", "faster")
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(100):
            await pilot.pause(0.02)
            if notice(app).startswith("the comparison"):
                break
        assert notice(app) == "the comparison stopped: events.idx was cut off"
        await press(pilot, "s")
        assert app.main.navigator.seq == 1


def test_each_distance_has_a_short_name_on_the_screen():
    assert SHORT_NAMES.keys() == DISTANCES.keys()
