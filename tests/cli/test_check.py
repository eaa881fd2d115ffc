"""`bpdebug check`: a script that runs for a while, a recorded run, three ways to print."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bpdebug.cli import main
from bpdebug.diagnosis.facts import history
from bpdebug.diagnosis.report import report_lines
from bpdebug.log.writer import LogWriter

SAMPLES = Path(__file__).parents[2] / "samples"
ENDLESS = """
import chainer, chainer.functions as F, chainer.links as L, numpy as np
x = np.random.randn(8, 3).astype("f")
t = x[:, :1] * 2
model = L.Linear(3, 1)
optimizer = chainer.optimizers.SGD(0.1).setup(model)
try:
    while True:
        print("working")
        loss = F.mean_squared_error(model(x), t)
        model.cleargrads()
        loss.backward()
        optimizer.update()
finally:
    open("ended", "w").write("politely")
"""
STUBBORN = "import time\ntime.sleep(600)\n"


def test_a_nan_is_traced_to_its_op_line_and_operand_in_one_screen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(SAMPLES / "nan_at_37.py")]) == 1
    text = capsys.readouterr().out
    assert len(text.splitlines()) <= 24
    assert "nan_at_37.py:24" in text
    assert "y[5, 2] = -inf from x[5, 2] = 0" in text
    assert "it36/forward/Reservoir/log" in text


def test_json_has_the_fields_that_are_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "json", str(SAMPLES / "half_trained.py")]) == 1
    told = json.loads(capsys.readouterr().out)
    (finding,) = told["findings"]
    assert set(finding) == {
        "code", "severity", "message", "where", "file", "line", "address", "evidence", "fix", "symptoms"
    }  # fmt: skip
    assert (finding["code"], finding["severity"]) == ("graph-cut", "error")
    assert finding["where"] == "AutoEncoder.encoder"
    assert (Path(finding["file"]).name, finding["line"]) == ("half_trained.py", 21)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_look_that_stops_short_says_so(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "train.py"
    script.write_text(ENDLESS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(history, "MAX_EVENTS", 50)
    assert main(["check", "--iterations", "7", "--format", form, "train.py"]) == 0
    out = capsys.readouterr().out
    if form == "text":
        assert "(50 events) looked at; not at the " in out
        assert " events behind them" in out
    else:
        told = json.loads(out)
        assert (told["events"], told["events_in_run"] > 50) == (50, True)
        assert told["updates"] < 7


def test_sarif_names_rule_file_and_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--format", "sarif", "--iterations", "5", str(SAMPLES / "half_trained.py")]) == 1
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    (result,) = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "graph-cut"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/half_trained.py")
    assert place["region"]["startLine"] == 21


def test_an_endless_script_is_stopped_politely_and_its_output_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(ENDLESS)
    assert main(["check", "--iterations", "7", "--log", "run", "train.py"]) == 0
    out, err = capfd.readouterr()
    assert (
        out == f"nothing found: 7 updates in 7 iterations ({out.split('(')[1].split()[0]} events) looked at\n"
    )
    assert err == ""
    assert Path("ended").read_text() == "politely"
    assert main(["check", "run"]) == 0  # the recording that was kept


def test_a_run_that_was_not_recorded_to_its_end_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    def full_disk(writer: LogWriter) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LogWriter, "_write_all", full_disk)
    monkeypatch.setattr(sys, "__stderr__", None)
    LogWriter.create(tmp_path / "run").close()
    monkeypatch.undo()
    assert main(["check", str(tmp_path / "run")]) == 0
    assert "recording stopped, and the script went on: No space left on device" in capsys.readouterr().err


def test_one_is_told_as_one() -> None:
    looked_at = {"events": 1, "events_in_run": 2, "iterations": 1, "backward_passes": 1, "updates": 1}
    (line,) = report_lines([], looked_at)
    assert (
        line == "nothing found: 1 update in 1 iteration (1 event) looked at; not at the 1 event behind them"
    )


def test_a_script_is_stopped_after_some_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(ENDLESS)
    assert main(["check", "--iterations", "100000000", "--seconds", "0.5", "train.py"]) == 0
    assert Path("ended").exists()


def test_a_script_that_makes_no_event_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bpdebug.cli.bounded.GRACE_S", 0.5)
    Path("wait.py").write_text(STUBBORN)
    assert main(["check", "--seconds", "1", "wait.py"]) == 0
    assert "nothing to look at" in capsys.readouterr().out


def test_a_script_without_ops_is_not_called_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("talk.py").write_text("for i in range(5):\n    print(i, flush=True)\n")
    assert main(["check", "talk.py"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("nothing to look at: no op of the engine ran; does the script import chainer?")


def test_a_message_of_several_lines_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "import numpy as np\nimport chainer.links as L\nL.Linear(4, 3)(np.ones((2, 5), 'f'))\n"
    Path("bad.py").write_text(text)
    assert main(["check", "--format", "json", "bad.py"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["message"].endswith(
        "Invalid operation is performed in: LinearFunction (Forward); Expect: x.shape[1] == W.shape[1]; Actual: 5 != 4"
    )


@pytest.mark.parametrize(
    ("text", "line"), [("x = 1\nraise ValueError('what')\n", 2), ("def f(:\n", 1)], ids=["raises", "syntax"]
)
def test_a_script_that_fails_is_a_finding(
    text: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.py").write_text(text)
    assert main(["check", "--format", "json", "bad.py"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["line"]) == ("script-failed", line)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check", "missing.py"], "no such file"),
        (["check", "--log", "there", "FOLDER"], "--log goes with a script"),
        (["check", "FOLDER", "argument"], "nothing can stand behind it"),
        (["check", "FOLDER"], "FOLDER"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_misuse_is_status_2(
    words: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("FOLDER").mkdir()
    assert main(words) == 2
    assert told in capsys.readouterr().err


def test_a_number_of_iterations_is_checked(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bpdebug", "check", "--iterations", "0", "x.py"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "a whole number from 1 on" in done.stderr
