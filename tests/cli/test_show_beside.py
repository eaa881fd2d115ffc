"""`bpdebug show A --with B`."""

from __future__ import annotations

import re

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug import cli
from bpdebug.cli.show import VIEWS
from tests.support.example_run import write_example_run
from tests.support.recorded import Run
from tests.support.watched import Watched


@pytest.fixture
def say(capsys):
    """Runs a command line; gives status, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(words)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """Two runs that differ in the second op; the second run has one more of them."""
    folder = tmp_path_factory.mktemp("pair")
    for name, middle, extra in (("a", 3.0, 0), ("b", 3.5, 1)):
        run = Run(folder / name)
        run.forward([1.0, 2.0], [2.0, 3.0])
        run.forward([2.0, 3.0], [2.0, middle])
        for _ in range(extra):
            run.forward([0.0], [1.0])
        run.recorder.reported("loss", middle)
        run.recorder.close()
    return str(folder / "a"), str(folder / "b")


def test_it_begins_at_the_first_divergence(say, pair):
    status, out, err = say("show", pair[0], "--with", pair[1])
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[1].startswith("A: it0/forward/op~2")
    assert lines[2].startswith("B: it0/forward/op~2")
    assert lines[3] == "≠ B: y, then 1 event only in B"
    assert "    the same: 2 elements" in lines
    assert any(line.startswith("    1 of 2 elements differ: at most 0.5 absolute at [1]") for line in lines)
    assert "    |A - B|:" in lines


def test_equal_values_of_two_dtypes_are_not_called_the_same(say, tmp_path):
    for name, kind in (("a", "f4"), ("b", "f8")):
        run = Run(tmp_path / name)
        run.forward(np.ones(1, kind), np.zeros(2))
        run.recorder.close()
    status, out, _ = say("show", str(tmp_path / "a"), "--with", str(tmp_path / "b"), "--view", "tensor")
    lines = [line.strip() for line in out.splitlines()]
    assert status == 0
    assert "equal: 1 element, float32 in A, float64 in B" in lines
    assert "the same: 2 elements" in lines
    assert any(line.startswith("A: float32") for line in lines)
    assert any(line.startswith("B: float64") for line in lines)


def test_what_content_ids_tell_to_differ_is_told_with_the_statistics(say, tmp_path):
    for name, capture, number in (("a", "stats", 1.0), ("b", "full", 2.0)):
        watched = Watched(tmp_path / name, capture)
        F.square(engine.Variable(np.array([number, 0], "f4")))
        watched.read().close()
    status, out, _ = say("show", str(tmp_path / "a"), "--with", str(tmp_path / "b"), "--view", "tensor")
    lines = [line.strip() for line in out.splitlines()]
    why = "not captured, because the run kept statistics only (--capture stats)"
    assert status == 0
    assert f"the values differ, by how much isn't known: {why}; l2 1.0 in A, 4.0 in B" in lines
    assert lines[lines.index(f"A: {why}") + 1].startswith("min 0.0  max 1.0")
    assert "not compared" not in out


def test_the_same_run_has_no_divergence(say, pair):
    assert say("show", pair[0], "--with", pair[0]) == (
        0,
        "The runs are the same: there is no divergence.\n",
        "",
    )


def test_within_a_tolerance_it_begins_at_the_event_that_only_one_run_has(say, pair):
    out = say("show", pair[0], "--with", pair[1], "--rtol", "0.5")[1]
    assert re.search(
        r"^A: has no such event; it is at event \d\nB: it0/forward/op~3 .*\nonly in B$", out, re.M
    )


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_lines_that_are_clean(say, tmp_path, view):
    recorded = str(write_example_run(tmp_path / "run"))
    words = ("show", recorded, "--with", recorded, "--at", "it1/update/MLP.l1.W", "--view", view)
    status, out, err = say(*words)
    assert (status, err) == (0, "")
    assert len(out.splitlines()) > 4 or view == "breakpoints"
    assert not any(character < " " for character in out.replace("\n", ""))


def test_both_losses_stand_side_by_side(say, pair):
    out = say("show", pair[0], "--with", pair[1], "--at", "2", "--view", "loss")[1]
    assert re.search(r"^    0 +3\.0 +3\.5 +0\.5$", out, re.M)


def test_a_second_run_that_cannot_be_read_is_an_error(say, pair, tmp_path):
    status, out, err = say("show", pair[0], "--with", str(tmp_path / "none"))
    assert (status, out) == (2, "")
    assert "none" in err
