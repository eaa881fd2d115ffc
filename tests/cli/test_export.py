"""`bpdebug export` as people type it: what is selected, where it goes, what is said on stderr."""

from __future__ import annotations

import io
import json
import os
import signal
import sys

import numpy as np
import pytest

from bpdebug import cli
from bpdebug.cli import progress_bar
from bpdebug.cli.progress_bar import ProgressBar
from bpdebug.exporters import EXPORTERS
from tests.support.example_run import write_example_run


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return str(write_example_run(tmp_path_factory.mktemp("example") / "run"))


def test_only_what_is_selected_is_written(recorded, capfdbinary):
    words = ["export", recorded, "--iterations", "1:2", "--only", "backward", "--only", "MLP.l2.*"]
    assert cli.main(words) == 0
    found = [json.loads(line)["address"] for line in capfdbinary.readouterr().out.splitlines()]
    assert [address.rpartition("/")[2] for address in found] == [
        "mean_squared_error", "linear", "sigmoid", "linear", "MLP.l2.W", "MLP.l2.b",
    ]  # fmt: skip
    assert all(address.startswith("it1/") for address in found)


def test_a_binary_format_goes_through_a_pipe(recorded, capfdbinary):
    assert cli.main(["export", recorded, "-o", "-", "--format", "npz", "--at", "it0/update/MLP.l1.W"]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    with np.load(io.BytesIO(out)) as tensors:
        assert len(tensors.files) == 5


@pytest.mark.parametrize("name", [exporter.name for exporter in EXPORTERS.values() if not exporter.text])
def test_a_terminal_is_spared_binary_formats(recorded, capsys, monkeypatch, name):
    pytest.importorskip(EXPORTERS[name].needs or "numpy")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert cli.main(["export", recorded, "--format", name]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert f"name a file: -o run{EXPORTERS[name].suffix}" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--iterations", "9:"], "the log has iterations 0 to 2"),
        (["--iterations", "x"], "not a range of iterations"),
        (["--at", "it0/forward/nothing"], "no event has this address"),
        (["--at", "1", "--iterations", "0"], "can't be combined"),
    ],
)
def test_a_selection_that_is_not_there_is_misuse(recorded, capsys, words, said):
    assert cli.main(["export", recorded, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


@pytest.mark.parametrize("name", EXPORTERS)
@pytest.mark.parametrize(
    "words",
    [["--tensors"], ["--at", "it1/update/MLP.l1.W"], ["--iterations", "1:3"], ["--only", "MLP.l1*"]],
    ids=lambda words: words[0],
)
def test_an_option_changes_what_is_written_or_is_refused(recorded, capsys, tmp_path, name, words):
    pytest.importorskip(EXPORTERS[name].needs or "numpy")

    def exported(*options):
        target = tmp_path / f"{len(options)}{EXPORTERS[name].suffix}"
        status = cli.main(["export", recorded, "-o", str(target), *options])
        return status, target.read_bytes() if target.exists() else None

    status, written = exported(*words)
    if status:
        assert words == ["--tensors"]
        assert name != "jsonl"
        assert (status, written) == (2, None)
        assert "jsonl with this option" in (said := capsys.readouterr().err) or "leave it out" in said
    else:
        assert written != exported()[1]


def test_nothing_selected_is_told(recorded, capsys, tmp_path):
    assert cli.main(["export", recorded, "-o", str(tmp_path / "a.jsonl"), "--only", "failed"]) == 0
    said = capsys.readouterr().err
    assert "no event was written" in said
    assert "--only: nothing in the run fits failed" in said


def test_names_that_the_run_does_not_have_are_a_mistake(recorded, capsys, tmp_path):
    before = tmp_path / "a.jsonl"
    before.write_text("kept")
    words = ["export", recorded, "-o", str(before), "--only", "MLP.l3*", "--only"]
    assert cli.main([*words, "bakward"]) == 2
    said = capsys.readouterr().err
    assert "--only MLP.l3*, bakward: no event of the run has such a kind or name" in said
    assert "Near it: MLP.l" in said
    assert cli.main([*words[:-3], "--only", "param_updatd"]) == 2
    assert "Near it: param_updated" in capsys.readouterr().err  # a kind, which is no event's name
    assert before.read_text() == "kept"
    assert cli.main([*words, "backward"]) == 0
    assert "--only: nothing in the run fits MLP.l3*" in capsys.readouterr().err
    assert before.read_text() != "kept"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_export_that_is_asked_to_end_leaves_nothing(recorded, tmp_path, monkeypatch, number):
    def ask(bar, done, total):
        assert list(tmp_path.glob("*.part"))
        os.kill(os.getpid(), number)

    monkeypatch.setattr(ProgressBar, "tell", ask)
    with pytest.raises(SystemExit) as ended:
        cli.main(["export", recorded, "-o", str(tmp_path / "a.jsonl")])
    assert ended.value.code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) == signal.SIG_DFL


def test_an_export_that_ignores_the_end_of_its_terminal_goes_on(recorded, tmp_path, monkeypatch):
    monkeypatch.setattr(ProgressBar, "tell", lambda *_: os.kill(os.getpid(), signal.SIGHUP))
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert cli.main(["export", recorded, "-o", str(tmp_path / "a.jsonl")]) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_moves_on_a_terminal_and_goes_away(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    times = iter([0.0, 0.1, 1.0, 1.01, 2.0])
    with ProgressBar("writing", lambda: next(times)) as bar:
        for done in (1, 50, 60, 100):
            bar.tell(done, 100)
    shown = sys.stderr.getvalue().split("\r")
    assert [line[-4:] for line in shown if "%" in line] == [" 50%", "100%"]
    assert shown[-2].strip() == shown[-1] == ""


def test_no_bar_where_stderr_is_no_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    times = iter([0.0, 5.0])
    with ProgressBar("writing", lambda: next(times)) as bar:
        bar.tell(1, 2)
    assert sys.stderr.getvalue() == ""


def test_a_packed_run_is_not_replaced_by_its_export(tmp_path, capsys):
    run, packed = write_example_run(tmp_path / "run"), tmp_path / "run.bpd"
    assert cli.main(["pack", str(run), "-o", str(packed)]) == 0
    before = packed.read_bytes()
    assert cli.main(["export", str(packed), "--format", "jsonl", "-o", str(packed)]) == 2
    assert "that is the run itself" in capsys.readouterr().err
    assert packed.read_bytes() == before


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (60, "writing jsonl [###############...............]  50%"),
        (40, "writing jsonl [#########.........]  50%"),
        (21, "writing jsonl  50%"),
        (10, "jsonl  50%"[1:]),
    ],
)
def test_the_bar_is_no_longer_than_the_line(monkeypatch, columns, shown):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress_bar, "_columns", lambda: columns)
    times = iter([0.0, 1.0])
    with ProgressBar("writing jsonl", lambda: next(times)) as bar:
        bar.tell(50, 100)
        assert sys.stderr.getvalue() == "\r" + shown
        assert len(shown) < columns
