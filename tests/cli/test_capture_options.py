"""`bpdebug run --capture` and what goes with it, from the command line to what the other commands show."""

from __future__ import annotations

import pytest

from bpdebug.capture import POLICIES
from bpdebug.cli import main
from bpdebug.log.reader import LogReader

SCRIPT = """\
import numpy as np
import chainer.functions as F
from chainer import Variable, links as L, optimizers

np.random.seed(0)
model = L.Linear(20, 10)
optimizer = optimizers.SGD().setup(model)
for i in range(4):
    loss = F.sum(F.relu(model(Variable(np.full((5, 20), i, "f4")))))
    model.cleargrads()
    loss.backward()
    optimizer.update()
"""


@pytest.fixture
def record(tmp_path, monkeypatch):
    """Record the script with these options; gives the run's directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(SCRIPT)

    def run(*options, log="run"):
        assert main(["run", "--headless", "--quiet", "--log", log, *options, "train.py"]) == 0
        return tmp_path / log

    return run


def test_statistics_stand_where_values_are_missing(record, capsys):
    run = record("--capture", "full@sum;stats")
    assert main(["show", str(run), "--at", "it1/forward/Linear/linear"]) == 0
    shown = capsys.readouterr().out
    assert shown.count("not captured, because the run kept statistics only (--capture stats)") == 4
    assert "min 1.0  max 1.0" in shown
    assert main(["show", str(run), "--at", "it1/forward/sum", "--tensor", "y"]) == 0
    assert "not captured" not in capsys.readouterr().out
    assert main(["info", str(run)]) == 0
    assert "Capture:    full@sum;stats" in capsys.readouterr().out
    assert main(["verify", str(run)]) == 0


def test_exports_have_statistics_and_the_reason(record, tmp_path):
    run = record("--capture", "stats")
    for name in ("jsonl", "csv", "html", "npz"):
        assert main(["export", str(run), "-o", str(tmp_path / f"x.{name}")]) == 0
    lines = (tmp_path / "x.jsonl").read_text()
    assert '"missing":"not captured, because the run kept statistics only (--capture stats)"' in lines
    assert '"l2":' in lines
    head, first, *_ = (tmp_path / "x.csv").read_text().splitlines()
    values = dict(zip(head.split(","), first.split(","), strict=True))
    assert float(next(value for name, value in values.items() if name.endswith(" value") and value)) > 0
    assert "not captured, because" in (tmp_path / "x.html").read_text()


def test_runs_without_values_are_compared_by_content(record, capsys):
    first, same = record("--capture", "stats"), record("--capture", "stats", log="same")
    assert main(["diff", str(first), str(same)]) == 0
    script = first.parent / "train.py"
    script.write_text(SCRIPT.replace("seed(0)", "seed(1)"))
    other = record("--capture", "stats", log="other")
    capsys.readouterr()
    assert main(["diff", str(first), str(other)]) == 1
    out = capsys.readouterr().out
    assert (
        "the values differ, by how much isn't known: not captured, because the run kept statistics only"
        in out
    )
    assert "l2" in out


def test_a_budget_is_told_at_the_end(record, capfd):
    directory = record("--max-bytes", "2kB")  # quiet: nothing is said
    assert capfd.readouterr().err == ""
    with LogReader(directory) as reader:
        assert reader.body(0).capture == "full"
    assert main(["run", "--headless", "--log", "loud", "--max-bytes", "2kB", "train.py"]) == 0
    assert "bpdebug: capture steps down from full to stats: the budget of" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--until", "nan"], ["--until nan: this never came to hold"]),
        (["--keep-when", "loss > 1e9"], ["--keep-when loss > 1e9: this never came to hold"]),
        (["--keep-when", "loss > -1e9"], []),
        (["--keep-when", "los > 3"],
         ["--keep-when los > 3: this never came to hold: los was never reported, only loss"]),
        (["--iterations", "4:"], ["the run has iterations 0 to 3 only, none of --iterations 4:, and so no values"]),
        (["--iterations", "3:9"], []),
        (["--capture", "full@it3/*,MLP.l1;stats@update/Linear.?,sum,Linear/*,Linear"],
         ["--capture: nothing in the run fits it3/*", "--capture: nothing in the run fits MLP.l1"]),
    ],
)  # fmt: skip
def test_what_was_asked_for_and_never_came_is_told_at_the_end(record, tmp_path, capfd, options, told):
    record()
    assert main(["run", "--headless", "--log", "loud", *options, "train.py"]) == 0
    lines = capfd.readouterr().err.splitlines()
    assert lines[0].endswith(" events in loud")
    assert [line for line in lines[1:] if " stay: " not in line] == [f"bpdebug: {line}" for line in told]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--capture", "all"], "all is no policy"),
        (["--iterations", "5:2"], "no iteration is in it"),
        (["--max-bytes", "lots"], "not a size"),
    ],
)
def test_what_cannot_be_recorded_is_refused_before_the_script_runs(tmp_path, capsys, options, words):
    (tmp_path / "a.py").write_text("print('ran')")
    status = main(["run", "--headless", "--log", str(tmp_path / "run"), *options, str(tmp_path / "a.py")])
    told = capsys.readouterr()
    assert (status, told.out) == (2, "")
    assert words in told.err
    assert not (tmp_path / "run").exists()


def test_every_policy_is_in_the_help_and_in_the_docs(capsys, pytestconfig):
    assert main(["run", "--help"]) == 0
    told = capsys.readouterr().out
    page = (pytestconfig.rootpath / "docs" / "cli.md").read_text(encoding="utf-8")
    for policy in POLICIES.values():
        name = f"{policy.name}:N" if policy.iterations else policy.name
        assert name in told
        assert f"| `{name}` | {policy.summary} |" in page


def test_all_that_was_asked_for_is_in_the_log_and_told(record, capsys):
    run = record("--keep-when", "loss > 1e9", "--until", "nan", "--max-bytes", "2GB")
    with LogReader(run) as reader:
        started = reader.body(0)
    assert (started.capture, started.keep_when, started.until) == ("last:10", "loss > 1e9", "nan")
    assert started.max_bytes == 2 * 10**9
    capsys.readouterr()
    assert main(["info", str(run)]) == 0
    said = "last:10, at most 1.9 GiB, kept for good when loss > 1e9, until nan"
    assert f"Capture:    {said}\n" in capsys.readouterr().out
    assert main(["show", str(run), "--at", "0"]) == 0
    assert said in capsys.readouterr().out


def test_what_nobody_looked_at_is_not_called_unchanged(record, capsys):
    at = "it1/forward/Linear/linear"
    unknown = "(--capture none); whether it was changed outside any op isn't known"
    run = record("--capture", "none")
    for event, count in ((at, 3), ("it1/update/Linear.W", 2), ("it1/backward/Linear/grad:Linear.W", 0)):
        capsys.readouterr()
        assert main(["show", str(run), "--at", event]) == 0
        assert capsys.readouterr().out.count(unknown) == count
    assert main(["show", str(record("--capture", "stats", log="stats")), "--at", at]) == 0
    assert "isn't known" not in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--keep-when", "--until"])
def test_a_condition_that_cannot_be_read_is_told_with_its_option(option, tmp_path, capsys):
    (tmp_path / "train.py").write_text("")
    assert main(["run", "--headless", option, "loss >", str(tmp_path / "train.py")]) == 2
    first, shown, caret = capsys.readouterr().err.splitlines()
    assert first.startswith(f"bpdebug: {option}: the condition ends too early")
    assert (shown, caret) == ("  loss >", "        ^")
