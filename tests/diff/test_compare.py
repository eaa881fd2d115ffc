"""Two recorded runs of a script, compared."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import engine
import engine.functions as F
from bpdebug import cli
from bpdebug.diff import Tolerance, compare_runs
from bpdebug.log.reader import LogReader
from tests.support.example_run import write_example_run
from tests.support.recorded import Run
from tests.support.watched import MLP, Watched, step

SCRIPT = """\
import json, sys, time
import numpy as np, chainer, chainer.functions as F, chainer.links as L
wish = json.loads(sys.argv[1])
np.random.seed(wish.get("seed", 0))
dtype = np.dtype(wish.get("dtype", "f4"))
chainer.config.dtype = dtype
class MLP(chainer.Chain):
    def __init__(self):
        super().__init__()
        with self.init_scope():
            self.l1 = L.Linear(4, 5)
            self.l2 = L.Linear(5, 1)
    def forward(self, x):
        h = F.relu(self.l1(x))
        {inserted}
        h = F.relu(h * 2)
        return self.l2(h)
m = MLP()
m.l2.W.array[0, 1] += wish.get("change", 0)
o = chainer.optimizers.SGD(wish.get("lr", 0.1)).setup(m)
x = np.random.rand(8, 4).astype(dtype)
names = ["a", "b"][:: wish.get("order", 1)]
for i in range(wish.get("count", 3)):
    loss = F.mean_squared_error(m(x), x.sum(1, keepdims=True))
    m.cleargrads()
    loss.backward()
    o.update()
    for name in names:
        chainer.report({{name: ord(name)}}, m)
    print(time.time())
"""
INSERTED = "h = F.relu(h + 0)  # new"


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """Records the script with some wishes; gives the directory. The same wishes give a new run."""
    folder = tmp_path_factory.mktemp("diff")
    count = iter(range(100))

    def run(inserted: str = "pass", **wish: object) -> Path:
        script, target = folder / "net.py", folder / f"run{next(count)}"
        script.write_text(SCRIPT.format(inserted=inserted))
        words = ["run", "--headless", "--quiet", "--log", str(target), str(script), json.dumps(wish)]
        assert cli.main(words) == 0
        return target

    return run


@pytest.fixture(scope="module")
def plain(record):
    return record()


def compare(a: Path, b: Path, *tolerance: float, **options: bool):
    with LogReader(a) as first, LogReader(b) as second:
        return compare_runs(first, second, Tolerance(*tolerance), **options)


def test_the_same_seed_twice_is_the_same(plain, record):
    found = compare(plain, record())
    assert found.same
    assert found.structure.matched == found.structure.events_a == found.structure.events_b > 50
    assert (found.tensors_differ, found.tolerated, found.by_op) == (0, 0, [])


def test_one_changed_weight_is_named_where_it_is_first_used(plain, record):
    found = compare(plain, record(change=1e-3))
    first = found.first
    assert first is not None
    assert first is found.first_value
    assert (first.a.address, first.role, first.variable, first.made) == (
        "it0/forward/MLP.l2/linear",
        "W",
        "MLP.l2.W",
        False,
    )
    assert first.a.lines[-1][1] == "return self.l2(h)"
    assert (first.gap.differing, first.gap.size, first.gap.place) == (1, 5, (0, 1))
    assert first.gap.max_abs == pytest.approx(1e-3, rel=1e-3)
    assert "an initial weight" in first.notes[0]
    assert [row.first_iteration for row in found.by_iteration] == [0, 1, 2]
    assert found.by_op[0].name == "forward/MLP.l2/linear"


def test_an_inserted_op_is_named_and_the_ops_behind_it_stay_paired(plain, record):
    found = compare(plain, record(INSERTED))
    assert found.structure.only_a == 0
    assert found.structure.first_only_b[:2] == ["it0/forward/MLP/add", "it0/forward/MLP/relu~2"]
    assert found.first.a is None
    assert found.first.b.lines[-1][1] == INSERTED
    # relu(h + 0) of what a relu made changes nothing, so each tensor of the paired events is the same.
    assert found.tensors_differ == 0
    back = compare(record(INSERTED), plain)
    assert (back.structure.only_b, back.structure.only_a) == (0, found.structure.only_b)


def test_float64_against_float32_is_the_same_within_a_tolerance(plain, record):
    wide = record(dtype="f8")
    exact = compare(plain, wide)
    assert exact.first.why == "float32 in A, float64 in B"
    near = compare(plain, wide, 1e-3, 1e-5)
    assert near.same
    assert near.tolerated > 50
    assert 0 < max(row.max_rel for row in near.by_iteration) < 1e-2


def test_a_reordered_dict_is_paired_and_said_but_no_difference(plain, record):
    found = compare(plain, record(order=-1))
    assert found.same
    assert found.structure.turns > 0
    assert found.structure.only_a == found.structure.only_b == 0


def test_another_learning_rate_is_a_setting(plain, record):
    found = compare(plain, record(lr=0.2))
    assert (found.first.a.address, found.first.role, found.first.values) == (
        "it0/update/update:SGD", "lr", ("0.1", "0.2"),
    )  # fmt: skip
    assert found.first_value.a.address.startswith("it0/update/MLP.")


def test_a_shorter_run_has_the_events_up_to_its_end(plain, record):
    found = compare(plain, record(count=2))
    assert (found.first.a, found.first.b.address) == (None, "it1/update/run_finished")
    assert found.structure.only_b == 1
    assert all(address.startswith("it2/") for address in found.structure.first_only_a)
    assert found.tensors_differ == 0


def test_an_op_in_the_place_of_another_is_named_with_it(plain, record):
    """Of both runs: what was taken out, and what stands there now."""
    other = record("h = F.tanh(h)")
    one = record("h = F.sigmoid(h)")
    for a, b, mine, other_s in ((one, other, "sigmoid", "tanh"), (other, one, "tanh", "sigmoid")):
        first = compare(a, b).first
        assert (first.a, first.b.address) == (None, f"it0/forward/MLP/{other_s}")
        seq = first.b.seq
        assert first.notes == (f"A has it0/forward/MLP/{mine} (event {seq}) in its place",)
    assert compare(plain, other).first.notes == ()


def test_the_random_state_at_the_start_is_told_of_runs_that_differ(plain, record):
    told = "random state at the start: not the same, which matters where the scripts set no seed"
    assert compare(plain, record()).setup == []
    assert told in compare(plain, record(seed=1)).setup


def test_a_run_that_was_cut_off(plain, tmp_path):
    copy = tmp_path / "cut"
    copy.mkdir()
    for path in plain.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    index = (copy / "events.idx").read_bytes()
    (copy / "events.idx").write_bytes(index[: 64 * 40])
    found = compare(plain, copy)
    assert found.structure.matched == 40
    assert found.first.a.seq == 40
    assert found.first.notes == (
        "the last event of B is 39: the log ends here: the run was killed, or it is still being written",
    )
    (copy / "events.idx").write_bytes(index[:0])
    back = compare(copy, plain)
    assert back.first.notes == ("A: the log holds no event",)


def test_shapes_and_missing_tensors(tmp_path):
    runs = []
    for name, array in (("a", np.zeros((2, 3))), ("b", np.zeros((3, 2)))):
        run = Run(tmp_path / name)
        run.forward(array, None if name == "b" else array)
        run.read().close()
        runs.append(tmp_path / name)
    found = compare(*runs)
    assert (found.first.role, found.first.why) == ("x", "shape (2, 3) in A, (3, 2) in B")
    assert found.tensors_differ == 2
    assert "comes from outside" in found.first.notes[0]


def test_of_values_that_were_not_kept_it_is_told_where_they_come_from_and_what_is_different(tmp_path):
    """The norms of both are 100.000."""
    for run, change in (("a", 0.0), ("b", 1e-5)):
        watched = Watched(tmp_path / run, "stats")
        F.square(engine.Variable(np.array([100.0 + change], "f8")))
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert (first.role, first.made, first.gap) == ("x", False, None)
    assert first.why.endswith("; l2 100.0 in A, 100.00001 in B")
    assert first.notes == (
        "No earlier event made a difference: it comes from outside the recorded ops"
        " (data, an initial weight, a write by the script).",
    )


def test_first_stops_at_the_first_tensor(plain, record):
    found = compare(plain, record(change=1e-3), first_only=True)
    assert (found.first_value.role, found.tensors_differ, found.whole) == ("W", 2, False)


# ---- the command ----------------------------------------------------------------------------------------------


def test_exit_status_and_text(plain, record, tmp_path, capsys):
    other = record(change=1e-3)
    capsys.readouterr()
    assert cli.main(["diff", str(plain), str(plain)]) == 0
    assert "The runs are the same." in capsys.readouterr().out
    assert cli.main(["diff", str(plain), str(other)]) == 1
    out = capsys.readouterr().out
    for text in (
        "First divergence\n  it0/forward/MLP.l2/linear",
        "given: W MLP.l2.W",
        "ULP",
        "Where it grows",
    ):
        assert text in out
    assert cli.main(["diff", str(plain), str(other), "--atol", "1"]) == 0
    for words in (["--rtol", "-1"], ["--ulp", "x"], ["--atol", "nan"]):
        assert cli.main(["diff", str(plain), str(other), *words]) == 2
    assert cli.main(["diff", str(plain), str(tmp_path)]) == 2
    assert cli.main(["diff", str(plain)]) == 2


@pytest.mark.parametrize(("capture", "verdict"), [("none", " in all that could be compared"), ("stats", "")])
def test_runs_whose_values_were_not_kept_are_called_the_same_in_what_is_known(
    tmp_path, capsys, capture, verdict
):
    """Statistics come with content ids, which tell; where nothing was looked at, nobody knows."""
    runs = []
    for name in ("full", capture):
        np.random.seed(0)
        watched = Watched(tmp_path / name, name)
        step(MLP())
        watched.read().close()
        runs.append(str(tmp_path / name))
    assert cli.main(["diff", *runs]) == 0
    assert f"The runs are the same{verdict}.\n" in capsys.readouterr().out
    assert cli.main(["show", runs[0], "--with", runs[1]]) == 0
    assert capsys.readouterr().out == f"The runs are the same{verdict}: there is no divergence.\n"


def test_a_tolerance_that_is_no_number_is_refused_in_words(plain, capsys):
    for option, value, wanted in (
        ("--ulp", "1.5", "1.5: a whole number that isn't negative is wanted"),
        ("--ulp", "few", "few: a whole number that isn't negative is wanted"),
        ("--rtol", "few", "few: a number that isn't negative is wanted"),
        ("--atol", "inf", "inf: a number that isn't negative is wanted"),
    ):
        assert cli.main(["diff", option, value, str(plain), str(plain)]) == 2
        assert capsys.readouterr().err.endswith(f"error: argument {option}: {wanted}\n")


def test_json_holds_the_same_facts(plain, record, capsys):
    other = record(change=1e-3)
    capsys.readouterr()
    assert cli.main(["diff", "--json", str(plain), str(other)]) == 1
    found = json.loads(capsys.readouterr().out, parse_constant=lambda text: pytest.fail(text))
    assert found["same"] is False
    assert found["first"]["a"]["address"] == "it0/forward/MLP.l2/linear"
    assert found["first"]["gap"]["place"] == [0, 1]
    assert len(found["by_iteration"]) == 3


def test_runs_without_the_engine_and_with_nan_compare(tmp_path):
    a, b = write_example_run(tmp_path / "a"), write_example_run(tmp_path / "b")
    assert compare(a, b).same


@pytest.mark.parametrize("writes", ["a", "b", "ab"])
def test_a_write_between_forward_and_backward_is_named_as_the_reason(tmp_path, writes):
    """What the step is shown to have been given is the same in both runs, and yet it made something else."""
    for run in ("a", "b"):
        watched = Watched(tmp_path / run)
        x = engine.Variable(np.ones((2, 3), np.float32))
        loss = F.sum(F.square(x))
        if run in writes:
            x.array[...] = 5 if run == "a" else 7
        loss.backward()
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert first.a.address == "it0/backward/square"
    told = [f"{run.upper()}: Changed since the forward pass, whose values are shown: x." for run in writes]
    assert [note.partition(" The step")[0] for note in first.notes[: len(told)]] == told
    assert len(first.notes) == (len(told) if len(writes) == 1 else len(told) + 1)


def test_a_loop_with_one_turn_more_has_one_step_more_and_one_sum_more(tmp_path):
    """All turns are on one line: what is new can be told of forward only, and backward begins with it."""
    for run, turns in (("a", 3), ("b", 4)):
        watched = Watched(tmp_path / run)
        link = engine.Link()
        with link.init_scope():
            link.w = engine.Parameter(np.ones(2, "f4"))
        h = engine.Variable(np.array([1, 2], "f4"))
        for _ in range(turns):
            h = h * link.w
        F.sum(h).backward()
        watched.read().close()
    found = compare(tmp_path / "a", tmp_path / "b")
    structure = found.structure
    assert (structure.only_a, structure.turns) == (0, 0)
    assert structure.first_only_b == ["it0/forward/mul~4", "it0/backward/mul", "it0/backward/grad:Link.w"]


ALIKE = "What this event was given is the same in both runs"


@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_what_differs_within_the_tolerance_is_not_called_the_same(tmp_path, dtype):
    """Cancellation makes a large difference of a small one: not the op is other code, its input is another."""
    for run, near, kind in (("a", 0.0, "f4"), ("b", 2e-7, dtype)):
        watched = Watched(tmp_path / run)
        F.square(engine.Variable(np.array([1.0 + near], kind)) - 1)
        watched.read().close()
    found = compare(tmp_path / "a", tmp_path / "b", 1e-6)
    assert (found.first.a.address, found.first.made) == ("it0/forward/add", True)
    assert found.first.notes == ("What this event was given differs, too, within the tolerance: x.",)


class _NegatesWhereItLies(engine.FunctionNode):
    in_place = False

    def forward(self, xs):
        return (np.negative(xs[0], out=xs[0] if self.in_place else None) * 1,)


def test_what_an_op_wrote_into_comes_from_that_op(tmp_path):
    for run in ("a", "b"):
        watched = Watched(tmp_path / run)
        h = F.square(engine.Variable(np.array([1, -2], "f4")))
        node = _NegatesWhereItLies()
        node.in_place = run == "a"
        node.apply((h,))
        F.exp(h)
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert (first.a.address, first.role) == ("it0/forward/exp", "x")
    assert first.notes == (
        "The runs take it from different places: it0/forward/_NegatesWhereItLies, whose own code wrote into it, in A,"
        " it0/forward/square in B.",
    )


def test_what_earlier_events_made_within_the_tolerance_is_told_of_what_comes_from_outside(tmp_path):
    for run, near, data in (("a", 0.0, 1.0), ("b", 2e-7, 2.0)):
        watched = Watched(tmp_path / run)
        F.square(engine.Variable(np.array([1.0 + near], "f4")))
        F.exp(engine.Variable(np.array([data], "f4")))
        watched.read().close()
    found = compare(tmp_path / "a", tmp_path / "b", 1e-5)
    assert (found.first.a.address, found.first.role) == ("it0/forward/exp", "x")
    assert found.first.notes == (
        "No earlier event made a difference beyond the tolerance, but some within it.",
    )


@pytest.mark.parametrize(("wired", "source"), [("a", "it0/forward/relu"), ("", "outside the recorded ops")])
def test_an_op_that_is_given_what_another_event_made_is_told_of(tmp_path, wired, source):
    """The ops are the same, the wires between them aren't."""
    for run in ("a", "b"):
        watched = Watched(tmp_path / run)
        x = engine.Variable(np.array([1, -2], "f4"))
        squared, positive = F.square(x), F.relu(x)
        F.exp(squared if run == "b" else positive if wired else x)
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert (first.a.address, first.role) == ("it0/forward/exp", "x")
    assert first.notes == (
        f"The runs take it from different places: {source} in A, it0/forward/square in B.",
    )


def test_a_backward_step_was_given_what_its_op_was(tmp_path):
    """Near pi the cosine hardly changes, and its slope changes sign."""
    for run, x in (("a", 3.1415), ("b", 3.1416)):
        watched = Watched(tmp_path / run)
        F.sum(F.cos(engine.Variable(np.array([x], "f4")))).backward()
        watched.read().close()
    found = compare(tmp_path / "a", tmp_path / "b", 1e-4)
    assert (found.first.a.address, found.first.role) == ("it0/backward/cos", "gx")
    assert found.first.notes == ("What this event was given differs, too, within the tolerance: x.",)


def test_what_was_not_kept_is_not_called_the_same(tmp_path):
    for run, change, capture in (("a", 0.0, "none"), ("b", 0.5, "full")):
        watched = Watched(tmp_path / run, capture)
        loss = F.sum(F.square(engine.Variable(np.array([1.0 + change, 2.0], "f4"))))
        loss.backward()
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert first.a.address == "it0/forward/report:loss"
    assert first.notes == (
        "No earlier event made a difference in what could be compared: not all that they made was kept.",
    )


def test_a_zero_of_the_other_sign_is_named_where_it_matters(tmp_path):
    for run, zero in (("a", 0.0), ("b", -0.0)):
        watched = Watched(tmp_path / run)
        with np.errstate(divide="ignore"):
            1 / engine.Variable(np.array([zero, 1.0], "f4"))
        watched.read().close()
    first = compare(tmp_path / "a", tmp_path / "b").first
    assert first.made
    assert first.notes == (
        "What this event was given is equal, but not bit for bit (0.0 and -0.0, NaNs, or the order of bytes): x.",
    )


@pytest.mark.parametrize("capture", ["none", "stats", "sample", "none@dropout"])
def test_what_an_op_drew_from_is_known_however_little_is_kept(tmp_path, capture):
    for name, how in ("full", "full"), ("less", capture), ("other", capture):
        np.random.seed(1 if name == "other" else 0)
        watched = Watched(tmp_path / name, how)
        F.dropout(engine.Variable(np.ones((2, 3), "f4")))
        watched.read().close()
    with (
        LogReader(tmp_path / "full") as full,
        LogReader(tmp_path / "less") as less,
        LogReader(tmp_path / "other") as other,
    ):
        assert compare_runs(full, less, Tolerance()).same
        assert not compare_runs(full, other, Tolerance()).same


def test_what_one_run_alone_printed_is_counted_and_no_difference(record, plain, capsys):
    talker = record(inserted="print(1); print(2)")
    with LogReader(plain) as a, LogReader(talker) as b:
        found = compare_runs(a, b, Tolerance())
        assert found.same
        structure = found.structure
        assert structure.matched == len(a)
        assert (structure.passed_over_a, structure.passed_over_b) == (0, len(b) - len(a))
    assert cli.main(["diff", str(plain), str(talker)]) == 0
    count = structure.passed_over_b
    assert count > 0
    assert f"  {count} events only in B, not compared: printed text and warnings" in capsys.readouterr().out


def test_each_event_is_counted_once(record, plain):
    with LogReader(plain) as a, LogReader(record(count=2)) as b:
        structure = compare_runs(a, b, Tolerance()).structure
        assert structure.matched + structure.only_a + structure.passed_over_a == len(a)
        assert structure.matched + structure.only_b + structure.passed_over_b == len(b)
