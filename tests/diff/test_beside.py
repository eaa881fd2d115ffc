"""One run beside another: partners, marks, and how far their tensors are apart."""

from __future__ import annotations

import numpy as np
import pytest

from bpdebug.diff import Tolerance, compare_runs
from bpdebug.diff.beside import Beside, KnownToDiffer
from bpdebug.diff.marking import ALIGNED, Mark, Marks, mark_runs
from bpdebug.diff.values import DISTANCES, distances
from bpdebug.log.reader import LogReader
from bpdebug.timeline import Timeline
from tests.support.recorded import Run
from tests.support.watched import MLP, Watched, step


def write(directory, *ops, lr=0.1):
    """A run with a line each: (name, x, y), or something printed."""
    run = Run(directory)
    for name, x, y in ops:
        if name == "print":
            run.recorder.output("stdout", "text\n")
            continue
        op = run.writer.op(name, name, ["x"], ["y"])
        new = run.recorder.new_variable
        x, y = np.asarray(x, "f4"), np.asarray(y, "f4")
        run.recorder.forward(op, name, [new()], [x], [new(made_by=name)], [y])
    run.recorder.close()
    return directory


@pytest.fixture
def beside(tmp_path):
    """Makes both runs, and compares them."""
    opened = []

    def made(a, b, *tolerance):
        readers = [
            LogReader(write(tmp_path / f"{len(opened)}{name}", *ops)) for name, ops in (("a", a), ("b", b))
        ]
        opened.extend(readers)
        allowed = Tolerance(*tolerance)
        marks = Marks(*map(len, readers))
        for _ in mark_runs(*readers, allowed, marks):
            assert 0 <= marks.done <= 1
        return Beside(*map(Timeline, readers), marks, allowed)

    yield made
    for reader in opened:
        reader.close()


SIN, COS, TAN = ("sin", [1, 2], [3, 4]), ("cos", [3, 4], [5, 6]), ("tan", [5, 6], [7, 8])


def at(beside, label):
    """The event of this run with that label."""
    return beside.this.reader.find(f"it0/forward/{label}")


@pytest.fixture
def captured(tmp_path):
    """The same step under two policies of `--capture`, beside each other."""
    opened = []

    def made(*policies):
        for policy in policies:
            np.random.seed(0)
            watched = Watched(tmp_path / policy, policy)
            step(MLP())
            opened.append(watched.read())
        marks = Marks(*map(len, opened))
        for _ in mark_runs(*opened, Tolerance(), marks):
            pass
        return Beside(*map(Timeline, opened), marks, Tolerance())

    yield made
    for reader in opened:
        reader.close()


def test_where_nothing_was_looked_at_it_says_that_it_does_not_know(captured):
    both = captured("none", "full")
    seq = both.this.reader.find("it0/backward/MLP.l1/linear")
    assert both.summary(seq, short=True) == "? B: not kept"
    assert both.summary(seq) == "? B: not kept in both runs: gy gW gb"
    assert (
        both.marks.no_divergence
        == "the runs are the same in all that could be compared: there is no divergence"
    )
    moment = both.this.moment(seq)
    assert both.gap(moment, moment.tensor("gW")) == moment.tensor("gW").why_missing


def test_content_ids_tell_that_values_are_the_same_where_one_run_did_not_keep_them(captured):
    both = captured("stats", "full")
    seq = both.this.reader.find("it0/backward/MLP.l1/linear")
    assert both.summary(seq) == "= B"
    assert both.marks.no_divergence == "the runs are the same: there is no divergence"
    moment = both.this.moment(seq)
    gap = both.gap(moment, moment.tensor("gW"))()
    assert (gap.size, gap.differing) == (6, 0)


def test_content_ids_tell_that_values_differ_where_one_run_did_not_keep_them(tmp_path):
    readers = []
    for name, capture in (("a", "stats"), ("b", "full")):
        np.random.seed(len(readers))
        watched = Watched(tmp_path / name, capture)
        step(MLP())
        readers.append(watched.read())
    marks = Marks(*map(len, readers))
    list(mark_runs(*readers, Tolerance(), marks))
    both = Beside(*map(Timeline, readers), marks)
    moment = both.this.moment(both.first)
    gap = both.gap(moment, moment.tensor("W"))
    assert isinstance(gap, KnownToDiffer)
    assert gap.startswith("the values differ")
    for reader in readers:
        reader.close()


def test_the_same_run_twice_has_no_divergence(beside):
    both = beside([SIN, COS], [SIN, COS])
    assert (both.first, both.marks.first, both.marks.settled, both.marks.done) == (None, None, True, 1.0)
    assert both.next(0, 1) is None
    seq = at(both, "cos")
    assert (both.partner(seq), both.mark(seq), both.summary(seq)) == (seq, Mark.compared, "= B")


def test_a_changed_value_is_marked_in_both_runs_and_found_from_either_side(beside):
    both = beside([SIN, COS, TAN], [SIN, ("cos", [3, 4], [5, 6.5]), TAN])
    seq = at(both, "cos")
    assert both.first == seq == both.next(0, 1) == both.next(len(both.this), -1)
    assert both.mark(seq) == Mark.compared | Mark.differs
    assert both.mark(at(both, "tan")) == Mark.compared
    assert both.summary(seq) == "≠ B: y"
    both = both.flipped
    assert both.first == both.next(0, 1) == seq
    assert both.summary(seq) == "≠ A: y"


def test_an_inserted_op_is_a_gap_in_one_run_and_alone_in_the_other(beside):
    both = beside([SIN, TAN], [SIN, COS, COS, TAN])
    seq = at(both, "sin")
    assert both.first == seq
    assert both.first_alone
    assert both.mark(seq) == Mark.compared | Mark.gap
    assert both.summary(seq) == "= B, then 2 events only in B"
    assert (both.partner(at(both, "tan")), both.summary(at(both, "tan"))) == (
        seq + 3,
        f"= B (event {seq + 3})",
    )
    both = both.flipped
    assert [both.mark(seq + i) for i in (1, 2)] == [Mark.compared | Mark.alone] * 2
    assert (both.first, both.first_alone, both.partner(seq + 1), both.place(seq + 2)) == (
        seq + 1,
        False,
        None,
        seq,
    )
    assert both.summary(seq + 1) == "only in B"
    view = both.this.moment(seq + 1).tensors[0]
    assert both.view(both.this.moment(seq + 1), view, "A").why_missing == "A has no such event"


@pytest.mark.parametrize("talk", [[0], [1], [2], [0, 1, 1, 2]])
def test_what_is_printed_in_a_gap_is_passed_over_in_its_count(beside, talk):
    """A run that goes on where the other was killed prints first, as a rule."""
    more = [COS, TAN]
    for place in reversed(talk):
        more.insert(place, ("print", None, None))
    both = beside([SIN], [SIN, *more])
    assert both.gap_after(at(both, "sin")) == 2


def test_what_is_behind_the_first_divergence_is_marked_by_content(beside):
    """Zeros of other signs are equal, so they can't be the first divergence; behind it they are another content."""
    zeros, negative = ("sin", [0.0], [0.0]), ("sin", [0.0], [-0.0])
    both = beside([zeros, COS, zeros], [negative, ("cos", [3, 4], [5, 7]), negative])
    assert both.first == at(both, "cos")
    assert both.mark(at(both, "sin")) == Mark.compared
    assert both.mark(at(both, "sin~2")) == Mark.compared | Mark.differs
    assert both.compare(at(both, "sin~2")).words() == ""


def test_within_a_tolerance_nothing_is_marked(beside):
    near = ("cos", [3, 4], [5, 6.001])
    assert beside([SIN, COS], [SIN, near]).first is not None
    assert beside([SIN, COS], [SIN, near], 1e-2).first is None


def test_the_first_divergence_is_that_of_diff(beside):
    both = beside([SIN, COS, TAN], [SIN, ("cos", [3, 4], [5, 6.5]), ("tan", [5, 6.5], [7, 9])])
    found = compare_runs(both.this.reader, both.other.reader)
    assert found.first is not None
    assert (found.first.a.seq, found.first.b.seq) == both.marks.first


def test_partners_are_known_before_contents(tmp_path):
    a, b = (LogReader(write(tmp_path / name, SIN, COS)) for name in "ab")
    marks = Marks(len(a), len(b))
    both = Beside(Timeline(a), Timeline(b), marks)
    assert both.summary(1) == "not compared yet"
    for _ in mark_runs(a, b, Tolerance(), marks):
        if marks.done >= ALIGNED:
            break
    assert both.partner(1) == 1
    assert not marks.settled
    a.close()
    b.close()


def test_a_log_that_grows_while_it_is_compared_is_marked_as_far_as_it_was(tmp_path):
    with (
        LogReader(write(tmp_path / "a", SIN, COS, TAN)) as a,
        LogReader(write(tmp_path / "b", SIN, ("cos", [3, 4], [5, 7]), TAN)) as b,
    ):
        marks = Marks(2, 3)
        for _ in mark_runs(a, b, Tolerance(), marks):
            pass
        both = Beside(Timeline(a), Timeline(b), marks)
        assert both.first == 1
        assert (both.partner(0), both.partner(1)) == (0, 1)
        assert both.summary(2) == "not compared yet"
        assert both.flipped.summary(2) == "not compared yet"
        assert (both.next(1, 1), both.place(2)) == (None, 1)


def test_views_of_both_runs_and_of_their_distance(beside):
    both = beside([SIN], [("sin", [1, 2], [3, 4.5])])
    moment = both.this.moment(at(both, "sin"))
    y = moment.tensor("y")
    assert both.view(moment, y, "A") is y
    assert both.view(moment, y, "B").array().tolist() == [3, 4.5]
    found = {what: both.view(moment, y, what).array() for what in DISTANCES}
    assert found["absolute"].tolist() == [0, 0.5]
    assert found["relative"].tolist() == [0, 0.5 / 4.5]
    assert found["ulp"].tolist() == [0, 2**20]
    gap = both.gap(moment, y)()
    assert (gap.differing, gap.place, gap.a, gap.b) == (1, (1,), 4.0, 4.5)


def other_dtypes(tmp_path, a, b):
    """Both runs of one op, given the same values in two dtypes."""
    readers = []
    for name, kind in (("a", a), ("b", b)):
        run = Run(tmp_path / name)
        run.forward(np.array([1, 2], kind), None)
        readers.append(run.read())
    return readers


def test_equal_values_of_another_dtype_are_told_from_the_same(tmp_path):
    a, b = other_dtypes(tmp_path, "f4", "f8")
    marks = Marks(len(a), len(b))
    list(mark_runs(a, b, Tolerance(), marks))
    both = Beside(Timeline(a), Timeline(b), marks)
    moment = both.this.moment(marks.first[0])
    gap = both.gap(moment, moment.tensor("x"))()
    assert (gap.differing, gap.why) == (0, "float32 in A, float64 in B")
    assert both.compare(moment.seq).roles == ["x"]
    for reader in (a, b):
        reader.close()


def test_the_order_of_bytes_is_no_difference(tmp_path):
    """Data files are often big-endian; the numbers are the same."""
    a, b = other_dtypes(tmp_path, ">f4", "<f4")
    assert compare_runs(a, b).same
    marks = Marks(len(a), len(b))
    list(mark_runs(a, b, Tolerance(), marks))
    assert marks.first is None
    for reader in (a, b):
        reader.close()


def test_tensors_of_other_shapes_have_no_distance(beside):
    both = beside([SIN], [("sin", [1, 2], [3, 4, 5])])
    moment = both.this.moment(at(both, "sin"))
    y = moment.tensor("y")
    assert both.view(moment, y, "absolute").why_missing == "shape (2,) in A, (3,) in B"
    assert both.gap(moment, y) == "shape (2,) in A, (3,) in B"


@pytest.mark.parametrize("what", DISTANCES)
def test_distances_of_what_is_not_finite(what):
    a, b = np.array([1.0, np.nan, np.inf, np.inf, 0.0]), np.array([np.nan, np.nan, np.inf, 1.0, -0.0])
    found = distances(a, b, what)
    assert found[[1, 2, 4]].tolist() == [0, 0, 0]
    assert found[[0, 3]].tolist() == [np.inf, np.inf]


def test_runs_without_events_are_compared(tmp_path, beside):
    from tests.support.synthetic_log import write_headers

    with LogReader(write_headers(tmp_path / "x", [])) as a, LogReader(write_headers(tmp_path / "y", [])) as b:
        marks = Marks(0, 0)
        assert list(mark_runs(a, b, Tolerance(), marks)) == []
        both = Beside(Timeline(a), Timeline(b), marks)
        assert (both.first, both.next(0, 1), both.next(0, -1), both.place(0), both.parameters(0)) == (
            None, None, None, 0, {},
        )  # fmt: skip
