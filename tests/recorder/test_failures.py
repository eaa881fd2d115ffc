"""Exceptions of the script are told; our own end the recording and nothing else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from recorded import Run, addresses

from bpdebug.log.reader import LogReader
from bpdebug.recorder import emitter
from bpdebug.timeline import Timeline


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "run")
    yield run
    run.recorder.close()


def test_a_failure_tells_the_users_traceback_only(run: Run) -> None:
    def inner() -> None:
        raise ValueError("shapes differ")

    try:
        inner()
    except ValueError as error:
        run.recorder.op_failed(error, "matmul", ["float32 (2, 3)"])
        run.recorder.op_failed(error, "outer", [])
        run.recorder.script_failed(error)
    reader = run.read()
    op, script = reader.body(0), reader.body(1)
    assert (op.type, op.text, op.op, op.shapes, op.left) == (
        "ValueError",
        "shapes differ",
        "matmul",
        ["float32 (2, 3)"],
        "op",
    )
    assert script.left == "script"
    for body in (op, script):
        assert body.traceback.endswith("ValueError: shapes differ\n")
        assert "in inner" in body.traceback
        assert f"{os.sep}recorder{os.sep}run_events" not in body.traceback
    assert reader.sites[int(reader.index["site"][1])].frames[-1].function.endswith("inner")
    assert addresses(reader) == ["it0/forward/failed:ValueError", "it0/forward/failed:ValueError~2"]


def test_each_of_several_exceptions_is_told_though_they_take_one_place_in_memory(run: Run) -> None:
    for _ in range(20):  # each is freed before the next is made
        run.recorder.op_failed(ValueError("no"), "matmul", [])
    assert len(run.read()) == 20


def test_an_exception_that_cannot_be_shown_is_still_recorded(run: Run) -> None:
    class Nasty(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    run.recorder.script_failed(Nasty())
    body = run.read().body(0)
    assert body.type == "Nasty"
    assert "can't be shown" in body.text


def test_a_syntax_error_is_placed_at_its_line(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "bad.py"
    script.write_text("a = 1\nb = = 2\n")
    with pytest.raises(SyntaxError) as caught:
        compile(script.read_text(), str(script), "exec")
    run.recorder.script_failed(caught.value)
    reader = run.read()
    frame = reader.sites[int(reader.index["site"][0])].frames[-1]
    assert (reader.sources[frame.source].path, frame.line) == (str(script), 2)
    assert "bad.py" in reader.body(0).traceback


def test_our_own_fault_ends_the_recording_with_one_warning(
    run: Run, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    run.recorder.output("stdout", "before")
    monkeypatch.setattr(run.recorder.call_sites, "here", lambda: 1 // 0)
    for _ in range(3):
        run.recorder.output("stdout", "x")
    assert run.recorder.disabled
    told = capfd.readouterr().err
    assert told.count("bpdebug: recording stopped") == 1
    assert "ZeroDivisionError" in told
    reader = run.read()
    assert len(reader) == 1
    assert reader.body(0).text == "before"
    assert reader.why_stopped.startswith("a fault of its own: ZeroDivisionError: ")


@pytest.mark.parametrize("room", [False, True])
def test_our_own_fault_is_in_the_log_where_there_is_no_room_to_tell_it_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, room: bool
) -> None:
    def no_room(*_: object) -> None:
        raise RecursionError

    with monkeypatch.context() as patch:
        if not room:
            patch.setattr(emitter, "tell", no_room)
        run.recorder.fail(KeyError("ours"))
    run.recorder.close()
    with LogReader(run.writer.directory) as reader:
        fault = "a fault of its own: KeyError: 'ours'"
        assert Timeline(reader).reason_for_end() == f"recording stopped, and the script went on: {fault}"


def test_a_failed_op_keeps_what_it_was_computing_with(run: Run) -> None:
    x, w = np.ones((2, 3), "f4"), np.zeros((4, 5), "f4")
    operands = [("x", x), ("W", w), ("b", None)]
    run.recorder.op_failed(ValueError("no"), "matmul", ["float32 (2, 3)"], operands=operands)
    reader = run.read()
    body = reader.body(0)
    assert body.roles == ["x", "W", "b"]
    assert [None if row is None else reader.array(row).shape for row in body.operands] == [
        (2, 3),
        (4, 5),
        None,
    ]
    assert run.headers[0]["arrays"]["operands"][0] is x
