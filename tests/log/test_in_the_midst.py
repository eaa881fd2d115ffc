"""What comes in the midst of something that is being added to a log: Ctrl-C, a signal's handler, a finalizer."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from bpdebug.log import writer as writer_module
from bpdebug.log.interning import Interning
from bpdebug.log.reader import LogReader
from bpdebug.log.records import OutputBody
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter

# Ctrl-C, many times, wherever the training happens to be.
_INTERRUPTED = """
import os, signal, sys, threading, time, numpy as np
from bpdebug.log.writer import LogWriter
from bpdebug.log.records import ReportedBody
writer = LogWriter.create(sys.argv[1])
thread, label = writer.thread("MainThread"), writer.text("label 0")
done = False
interrupts = 0
armed = False

def interrupt():
    global armed
    while not done:
        time.sleep(0.002)
        if armed:
            armed = False  # the next one not before this one was caught
            os.kill(os.getpid(), signal.SIGINT)

def train():
    global armed, done, interrupts
    deadline = time.monotonic() + 0.7
    i = 0
    while time.monotonic() < deadline:
        try:
            armed = True
            i += 1
            row = writer.tensor(np.full(1 + i % 3000, i))
            writer.append(13, ReportedBody("a", i, row), label=label, thread=thread)
        except KeyboardInterrupt:
            interrupts += 1
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    done = True

helper = threading.Thread(target=interrupt)
helper.start()
while not done:
    try:
        train()
    except KeyboardInterrupt:
        interrupts += 1
helper.join()
writer.close()
print(interrupts)
"""


def test_interrupts_leave_whole_events_and_true_tensors(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-c", _INTERRUPTED, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert int(told.stdout) > 20
    reader = LogReader(tmp_path / "run")
    assert len(reader) > 100
    for seq in range(len(reader)):
        body = reader.body(seq)
        array = reader.array(body.tensor)
        assert array.shape == (1 + body.value % 3000,)
        assert (array == body.value).all()


def test_an_interrupt_anywhere_in_a_definition_leaves_those_after_it_whole(tmp_path: Path) -> None:
    passed = interrupted_at = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal passed
        if frame.f_code is Interning._add.__code__:
            frame.f_trace_opcodes = True
            passed += event == "opcode"
            if event == "opcode" and passed == interrupted_at:
                raise KeyboardInterrupt
        return trace

    while passed >= interrupted_at:  # until it is through before it is interrupted
        passed, interrupted_at = 0, interrupted_at + 1
        writer = LogWriter.create(tmp_path / str(interrupted_at), flush_after_s=60.0)
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                writer.layout("<f4", (1,))
        finally:
            sys.settrace(before)
        numbers = [writer.layout("<f4", (size,)) for size in (2, 1, 3)]
        writer.close()
        with LogReader(writer.directory) as reader:
            assert reader.problem == "", interrupted_at
            assert [reader.layouts[number].shape for number in numbers] == [[2], [1], [3]], interrupted_at
    assert interrupted_at > 20


@pytest.mark.parametrize("what", ["a definition", "a write"])
def test_what_comes_anywhere_in_a_definition_leaves_it_whole(tmp_path: Path, what: str) -> None:
    """As a handler of a signal, or a finalizer, runs an op of the script."""
    passed = comes_at = 0
    numbers: dict[int, int] = {}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal passed
        if frame.f_code is Interning._add.__code__:
            frame.f_trace_opcodes = True
            passed += event == "opcode"
            if event == "opcode" and passed == comes_at:
                if what == "a write":
                    writer.flush()
                else:
                    numbers[2] = writer.layout("<f4", (2,))
        return trace

    while passed >= comes_at:
        passed, comes_at = 0, comes_at + 1
        numbers.clear()
        writer = LogWriter.create(tmp_path / str(comes_at), flush_after_s=60.0)
        before = sys.gettrace()
        sys.settrace(trace)
        try:
            numbers[1] = writer.layout("<f4", (1,))
        finally:
            sys.settrace(before)
        writer.close()
        with LogReader(writer.directory) as reader:
            assert reader.problem == "", comes_at
            assert [reader.layouts[number].shape for number in numbers.values()] == [
                [size] for size in numbers
            ], comes_at
            assert len(reader.layouts) == len(numbers), comes_at
    assert comes_at > 20


@pytest.mark.parametrize("what", ["a flood", "a writer that is late"])
def test_an_op_in_the_midst_of_another_one_lets_nobody_take_what_is_not_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(writer_module, "MOST_WAITING", 3 if what == "a flood" else 1000)
    writer = LogWriter.create(tmp_path / "run", flush_after_s=60.0)
    label = writer.text("stdout")

    def add(count: int) -> int:
        for i in range(count):
            time_us = i if what == "a flood" else 100_000_000 * i
            writer.append(Kind.output, OutputBody("stdout", "a"), label=label, time_us=time_us)
        return (tmp_path / "run" / "events.idx").stat().st_size

    with writer.mutex:
        assert add(5) == 0
    assert add(5) > 0
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        assert len(reader) == 10
