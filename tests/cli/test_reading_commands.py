"""info, show, export and view on recorded runs."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from bpdebug import cli
from bpdebug.capture import parse_capture
from bpdebug.cli.show import VIEWS
from bpdebug.exporters import EXPORTERS
from bpdebug.log import records as r
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder, flight_recorder
from tests.support.example_run import SCRIPT_PATH, line_of, write_example_run
from tests.support.synthetic_log import header, write_headers


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    return str(write_example_run(tmp_path_factory.mktemp("example") / "run"))


@pytest.fixture
def say(capsys):
    """Runs a command line; gives status, stdout and stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(words)
        out, err = capsys.readouterr()
        return status, out, err

    return run


# ---- info -----------------------------------------------------------------------------------------------------


def test_info_says_what_the_run_holds(say, recorded):
    status, out, err = say("info", recorded)
    assert (status, err) == (0, "")
    for line in (
        f"Script:     {SCRIPT_PATH}",
        "Arguments:  --epoch 3",
        "End:        the script ended",
        "  forward                      13",
        "Parameters: 4, 13 elements",
        "  MLP.l1.W  (3, 2) float32",
        "  main/loss  0.278663 -> 0.276585  3 times",
    ):
        assert line in out.splitlines()
    assert "96 in" in out
    assert "3 iterations" in out


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("definitions.jsonl", "something in it that the log lacks: bpdebug verify says what"),
        ("tensors-0000.seg", "tensors-0000.seg, with the values of tensors, is cut off"),
    ],
)
def test_info_tells_of_files_that_are_cut_off_where_only_others_can_tell(say, tmp_path, file, told):
    run = write_example_run(tmp_path / "run")
    assert "Problem" not in say("info", str(run))[1]
    os.truncate(run / file, (run / file).stat().st_size // 2)
    status, out, _ = say("info", str(run))
    assert status == 0
    assert told in out.splitlines()[-1]
    (run / file).unlink()
    assert "Problem: " in say("info", str(run))[1].splitlines()[-1]


def test_info_counts_the_bytes_of_the_tensors(say, tmp_path):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    for i in range(3):
        log.append(
            Kind.reported, r.ReportedBody("a", 0, log.tensor(np.full(100, i, "f8"))), label=log.text("a")
        )
    log.close()
    assert "Tensors:    3 different contents, 2.3 KiB" in say("info", str(tmp_path / "run"))[1]


def test_info_counts_what_a_flight_recorder_dropped_as_not_captured(say, tmp_path, monkeypatch):
    monkeypatch.setattr(flight_recorder, "SEGMENT_BYTES", 1)
    recorder = Recorder(LogWriter.create(tmp_path / "run"), plan=parse_capture("last:1"))
    recorder.run_started(["a.py"], "a.py", "/", {}, [], "")
    for i in range(3):
        recorder.phase_of_call(True)
        recorder.reported("a", np.full(100, i, "f8"))
        recorder.update_started("SGD", {}, 1)
        recorder.update_finished()
    recorder.run_finished(0, "the script ended")
    recorder.close()
    with LogReader(tmp_path / "run") as reader:
        kept = sum(not reader.why_not_captured(row) for row in range(reader.tensor_count))
    assert 0 < kept < 3
    lines = say("info", str(tmp_path / "run"))[1]
    assert f"Tensors:    {kept} different contents, {800 * kept} bytes; {3 - kept} not captured\n" in lines


def test_info_of_a_cut_off_run_says_what_is_lost(say, tmp_path):
    directory = write_headers(tmp_path / "run", [header(Kind.output)] * 5)
    index = directory / "events.idx"
    index.write_bytes(index.read_bytes()[:-10])
    status, out, _ = say("info", str(directory))
    assert status == 0
    assert "Events:     4 in" in out
    assert "are lost: events.idx ends in the middle of a record" in out


def test_info_of_an_empty_run(say, tmp_path):
    status, out, _ = say("info", str(write_headers(tmp_path / "run", [])))
    assert status == 0
    assert "Events:     none" in out


# ---- show -----------------------------------------------------------------------------------------------------


def test_show_prints_the_event_at_an_address(say, recorded):
    status, out, err = say("show", recorded, "--at", "it0/update/MLP.l1.W")
    assert (status, err) == (0, "")
    assert out.startswith("MLP.l1.W updated by MomentumSGDRule\nit0/update/MLP.l1.W  (event 25 of 0 to 95")
    assert f"  > {line_of('optimizer.update()')}      optimizer.update()" in out.splitlines()
    assert "  delta MLP.l1.W  (delta)  float32 (3, 2) on cpu" in out.splitlines()
    assert "Weights:" not in out


def test_show_without_at_is_the_last_event_and_takes_numbers(say, recorded):
    assert say("show", recorded)[1].startswith("the run ended with status 0\n")
    assert say("show", recorded, "--at", "0")[1].startswith(f"the run of {SCRIPT_PATH} begins\n")


@pytest.mark.parametrize("view", list(VIEWS))
def test_each_view_can_be_shown_alone(say, recorded, view):
    status, out, _ = say("show", recorded, "--at", "it1/update/MLP.l1.W", "--view", view)
    assert status == 0
    headings = [
        line for line in out.splitlines() if line in {f"{known.heading}:" for known in VIEWS.values()}
    ]
    assert headings == [f"{VIEWS[view].heading}:"]
    whole = say("show", recorded, "--at", "it1/update/MLP.l1.W", "--view", "all")[1]
    assert out.split("\n\n", 1)[1].strip() in whole


def test_show_puts_breakpoints_on_lines_that_can_stop(say, recorded):
    header, inside, last = line_of("def forward"), line_of("F.sigmoid(self.l1(x))"), line_of('print("完成")')
    words = ("show", recorded, "--view", "breakpoints", "--break")
    status, out, err = say(*words, f"perceptron.py:{header}")
    assert status == 0
    assert f"* perceptron.py:{inside}  6 of 6 hits" in out
    assert f"line {header} can make no event: line {inside} is the next that can" in err
    assert say(*words, f"perceptron.py:{last}") == (
        2, "", f"bpdebug: perceptron.py:{last} can make no event, nor can any line after it\n",
    )  # fmt: skip


def test_show_flow_says_why_a_layer_has_no_gradient(say, recorded):
    rows = say("show", recorded, "--at", "it1/backward/MLP.l2/linear", "--view", "flow")[1].splitlines()
    assert rows[-4].endswith(" no gradient yet")
    rows = say("show", recorded, "--at", "it1/update/MLP.l1.W", "--view", "flow")[1].splitlines()
    assert rows[-4].endswith("none needed")


def test_show_weights_marks_the_parameter_just_updated(say, recorded):
    out = say("show", recorded, "--at", "it1/update/MLP.l1.W", "--view", "weights")[1]
    marked = [line.split()[0] for line in out.splitlines() if line.endswith("<- updated here")]
    assert marked == ["MLP.l1.W"]


def test_show_full_prints_values_that_read_back_exactly(say, recorded):
    out = say("show", recorded, "--at", "it0/forward/MLP.l1/linear", "--tensor", "x", "--full")[1]
    assert "[[0. 0.]\n     [0. 1.]\n     [1. 0.]\n     [1. 1.]]" in out
    assert "Source:" not in out


def test_show_tensor_by_variable_and_by_a_wrong_role(say, recorded):
    assert "  W MLP.l1.W  (input)" in say("show", recorded, "--at", "4", "--tensor", "MLP.l1.W")[1]
    status, out, err = say("show", recorded, "--at", "4", "--tensor", "gy")
    assert (status, out) == (2, "")
    assert err == "bpdebug: it0/forward/MLP.l1/linear has no tensor 'gy'\nIt has: y, x, W, b\n"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("it0/backward/MLP.l2/liner", "Near it: it0/backward/MLP.l2/linear"),
        ("nonsense", "an address looks like"),
        ("96", "the log has events 0 to 95"),
        ("-1", "the log has events 0 to 95"),
        ("it3", "there is no iteration 3: the log has 0 to 2"),
    ],
)
def test_a_wrong_address_is_answered_with_what_is_near(say, recorded, at, told):
    status, out, err = say("show", recorded, f"--at={at}")
    assert (status, out) == (2, "")
    assert told in err


def test_an_iteration_means_its_first_event_as_on_the_screen(say, recorded):
    by_iteration = say("show", recorded, "--at", "it1")
    assert by_iteration[0] == 0
    assert "iteration 1, " in by_iteration[1]
    with LogReader(recorded) as reader:
        first = int(np.flatnonzero(reader.index["iteration"] == 1)[0])
    assert by_iteration == say("show", recorded, "--at", str(first))


@pytest.mark.parametrize("command", ["show", "view"])
@pytest.mark.parametrize("option", ["--rtol", "--atol", "--ulp"])
def test_a_tolerance_without_a_second_run_is_refused(say, recorded, command, option):
    status, out, err = say(command, recorded, option, "1")
    assert (status, out) == (2, "")
    assert err == f"bpdebug: {option} says what may differ from a second run: name that with --with RUN\n"


def test_show_of_a_run_without_events_says_so(say, tmp_path):
    status, _, err = say("show", str(write_headers(tmp_path / "run", [])))
    assert status == 2
    assert "holds no event" in err


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        (np.array(7, "i8"), "7"),
        (np.array([True, False]), "[ True False]"),
        (np.empty((0, 3), "f4"), "no elements"),
        (np.array([np.nan, np.inf, -np.inf, 0.5], "f2"), "1 NaN  1 +inf  1 -inf"),
        (np.arange(32, dtype="i4").reshape(2, 2, 2, 2, 2), "[[[[[ 0  1]"),
        (np.array([2**63 - 1], "i8"), "9223372036854775807"),
    ],
)
def test_tensors_of_any_sort_are_shown_right(say, tmp_path, array, shown):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    log.append(Kind.reported, r.ReportedBody("a", 0, log.tensor(array)), label=log.text("report:a"))
    log.close()
    for full in ([], ["--full"]):
        status, out, err = say("show", str(tmp_path / "run"), *full)
        assert (status, err) == (0, "")
        assert shown in out


def test_a_big_tensor_is_summed_up_unless_all_is_wanted(say, tmp_path):
    log = LogWriter.create(tmp_path / "run", script="net.py")
    log.thread("MainThread")
    tensor = log.tensor(np.arange(1_000_000, dtype="f4").reshape(1000, 1000))
    log.append(Kind.reported, r.ReportedBody("a", 0, tensor), label=log.text("report:a"))
    log.close()
    out = say("show", str(tmp_path / "run"))[1]
    assert len(out.splitlines()) < 25
    assert "..." in out
    assert "max 999999.0" in out


def test_hostile_text_is_shown_not_sent(say, tmp_path):
    log = LogWriter.create(tmp_path / "run", script="net\x1b[2J.py")
    log.thread("MainThread")
    log.append(
        Kind.warned, r.WarnedBody("W\x1b[31m", "a\x9b2J\nb\x07"), label=log.text("warning:\x1b]0;x\x07")
    )
    log.close()
    for words in (["info"], ["show", "--view", "all"]):
        status, out, _ = say(words[0], str(tmp_path / "run"), *words[1:])
        assert status == 0
        assert not set(out) & set("\x1b\x07\x9b")


# ---- export, view ---------------------------------------------------------------------------------------------


def test_export_writes_to_stdout_or_a_file(recorded, tmp_path, capfdbinary):
    assert cli.main(["export", recorded]) == 0
    out, err = capfdbinary.readouterr()
    assert err == b""
    path = tmp_path / "events.jsonl"
    assert cli.main(["export", recorded, "-o", str(path)]) == 0
    assert capfdbinary.readouterr().out == b""
    assert path.read_bytes() == out
    assert [json.loads(line)["seq"] for line in out.splitlines()] == list(range(96))


def test_export_in_an_unknown_format_lists_the_formats(say, recorded, tmp_path):
    for words in (["--format", "xml"], ["-o", str(tmp_path / "events.xml")]):
        status, out, err = say("export", recorded, *words)
        assert (status, out) == (2, "")
        for exporter in EXPORTERS.values():
            assert exporter.name in err
            assert exporter.summary in err


def test_export_of_a_damaged_event_says_so_and_goes_on(say, tmp_path):
    directory = write_headers(tmp_path / "run", [header(Kind.output), header(Kind.warned)])
    path = directory / "events.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"printed', b'"\xff\xffinted'))
    status, _, err = say("export", str(directory), "-o", str(tmp_path / "a.jsonl"))
    assert status == 0
    assert "1 event of 2 could not be read" in err
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 2


def test_view_without_a_terminal_says_what_to_do(say, recorded):
    status, out, err = say("view", recorded)
    assert (status, out) == (2, "")
    assert "needs a terminal" in err
    assert f"bpdebug info {recorded}" in err


def test_show_timeline_marks_the_event_and_what_each_op_took(say, recorded):
    lines = say("show", recorded, "--at", "it1/forward/MLP.l1/linear", "--view", "timeline")[1].splitlines()
    marked = [line for line in lines if line.startswith("  >")]
    assert len(marked) == 1
    assert "forward   linear" in marked[0]
    assert marked[0].endswith("48 bytes")
