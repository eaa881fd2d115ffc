"""Other processes, kill -9, forks and a full disk: the log stays whole."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bpdebug.log import pending_events, run_files
from bpdebug.log import writer as writer_module
from bpdebug.log.being_written import is_being_written
from bpdebug.log.contents import Taken
from bpdebug.log.pending_events import PendingEventsInPython
from bpdebug.log.reader import LogReader
from bpdebug.log.records import OutputBody, RunFinishedBody
from bpdebug.log.schema import Kind
from bpdebug.log.segment_writer import append_all_in_python
from bpdebug.log.writer import LogWriter
from tests.support.late_turns import LateTurns

# Two processes: one writes numbered tensors and reports for as long as it lives.
_WRITING = """
import sys, numpy as np
from bpdebug.log.writer import LogWriter
from bpdebug.log.records import ReportedBody
writer = LogWriter.create(sys.argv[1])
thread = writer.thread("MainThread")
i = 0
while True:
    label = writer.text(f"label {i % 1000}")
    row = writer.tensor(np.full(1 + i % 700, i))
    writer.append(13, ReportedBody("a", i, row), label=label, thread=thread)
    i += 1
    if i == 1:
        print("ready", flush=True)
"""


def check_numbered(reader: LogReader, start: int, stop: int) -> None:
    for seq in range(start, stop):
        body = reader.body(seq)
        assert body.value == seq
        array = reader.array(body.tensor)
        assert array.shape == (1 + seq % 700,)
        assert (array == seq).all()
        assert reader.address(seq) == f"it0/setup/label {seq % 1000}"


def start_writing(directory: Path) -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", _WRITING, str(directory)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def test_reading_while_another_process_writes_sees_only_whole_events(tmp_path: Path) -> None:
    process = start_writing(tmp_path / "run")
    try:
        reader = LogReader(tmp_path / "run")
        seen = 0
        deadline = time.monotonic() + 30
        while seen < 4000 and time.monotonic() < deadline:
            reader.refresh()
            check_numbered(reader, max(seen, len(reader) - 200), len(reader))
            seen = len(reader)
        assert seen >= 4000
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("wait_s", [0.0, 0.013, 0.06, 0.171])
def test_a_killed_run_opens_at_its_last_whole_event(tmp_path: Path, wait_s: float) -> None:
    process = start_writing(tmp_path / "run")
    time.sleep(wait_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    reader = LogReader(tmp_path / "run")
    assert not reader.finished
    check_numbered(reader, 0, len(reader))


def test_a_forked_child_writes_nothing(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    writer.append(Kind.output, OutputBody("stdout", "parent"))
    child = os.fork()
    if child == 0:
        try:
            writer.tensor(np.arange(5.0))
            writer.append(Kind.output, OutputBody("stdout", "child"))
            writer.flush()
            writer.close()
            os._exit(7 if writer.stopped else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    writer.append(Kind.output, OutputBody("stdout", "parent again"))
    writer.close()
    reader = LogReader(tmp_path / "run")
    assert [reader.index["kind"][i] for i in range(len(reader))] == [Kind.output] * 2


def test_a_forked_child_that_goes_on_is_not_taken_for_one_that_writes(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run")
    began, ready = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready, b".")
        time.sleep(60)
        os._exit(0)
    try:
        assert os.read(began, 1)
        assert is_being_written(tmp_path / "run")
        writer.append(Kind.output, OutputBody("stdout", "parent"))
        writer.close()
        assert not is_being_written(tmp_path / "run")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(began)
        os.close(ready)


def test_a_fork_while_another_thread_holds_the_writers_locks_leaves_a_child_that_goes_on(
    tmp_path: Path,
) -> None:
    writer = LogWriter.create(tmp_path / "run")
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with writer.mutex:
            held.set()
            go_on.wait(30)

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that is what this is about
        child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends a child that waits for ever
        signal.setitimer(signal.ITIMER_REAL, 20)
        try:
            writer.append(Kind.output, OutputBody("stdout", "child"))
            writer.flush()
            writer.close()
            os._exit(7)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    go_on.set()
    holder.join(30)
    writer.close()


def test_a_full_disk_stops_the_recording_with_one_warning_and_a_readable_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "__stderr__", sys.stderr)
    real_write, room = os.write, [1000]

    def write(file: int, data: bytes) -> int:
        if room[0] <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = memoryview(data)[: room[0]]
        room[0] -= len(part)
        return real_write(file, part)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(run_files, "append_all", append_all_in_python)  # by os.write
    writer = LogWriter.create(tmp_path / "run")
    header = {"label": writer.text("stdout"), "thread": writer.thread("MainThread")}
    for i in range(50):
        writer.append(Kind.output, OutputBody("stdout", str(i)), **header)
        writer.tensor(np.array([i]))
        writer.flush()
    assert writer.stopped
    writer.close()
    monkeypatch.undo()
    told = capfd.readouterr().err
    assert told.count("bpdebug:") == 1
    assert "No space left on device" in told
    reader = LogReader(tmp_path / "run")
    assert 0 < len(reader) < 50
    assert [reader.body(seq).text for seq in range(len(reader))] == [str(i) for i in range(len(reader))]


def test_what_was_added_waits_for_the_disk_as_long_as_was_said(tmp_path: Path) -> None:
    writer = LogWriter.create(tmp_path / "run", flush_after_s=60.0)
    writer.append(Kind.output, OutputBody("stdout", "a"), label=writer.text("stdout"))
    time.sleep(5 * writer_module.FLUSH_AFTER_S)
    assert len(LogReader(tmp_path / "run")) == 0
    writer.close()
    assert len(LogReader(tmp_path / "run")) == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to name open files")
def test_what_a_record_refers_to_is_written_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    real_append_all, real_pwrite = run_files.append_all, os.pwrite

    def note(file: int) -> None:
        written.append(os.path.basename(os.readlink(f"/proc/self/fd/{file}")))

    def append_all(parts: list[tuple[int, bytes]], turns: Any, rest_s: float, before: Any) -> None:
        if before is not None:
            note(before[0])
        for file, content in parts:
            if content:
                note(file)
        real_append_all(parts, turns, rest_s, before)

    def pwrite(file: int, data: bytes, offset: int) -> int:
        note(file)
        return real_pwrite(file, data, offset)

    monkeypatch.setattr(writer_module, "FLUSH_AFTER_S", 60.0)
    writer = LogWriter.create(tmp_path / "run")
    monkeypatch.setattr(run_files, "append_all", append_all)
    monkeypatch.setattr(os, "pwrite", pwrite)
    writer.tensor(np.arange(3.0))
    writer.append(Kind.output, OutputBody("stdout", "a"), label=writer.text("stdout"))
    writer.flush()
    monkeypatch.undo()
    writer.close()
    assert written == [
        "tensors-0000.seg",
        "tensors.stats",
        "tensors.idx",
        "definitions.jsonl",
        "events.jsonl",
        "events.idx",
    ]


def test_events_are_let_go_of_as_they_are_written(tmp_path, monkeypatch):
    """As many may be made while they are: the memory of both together is bounded."""
    monkeypatch.setattr(writer_module, "PendingEvents", PendingEventsInPython)
    writer = LogWriter.create(tmp_path / "run", flush_after_s=60.0)
    body = OutputBody("stdout", "said")
    held = []
    encode = pending_events.encoded

    def noting(bodies):
        held.append(sys.getrefcount(body))
        return encode(bodies)

    monkeypatch.setattr(pending_events, "encoded", noting)
    label, thread = writer.text("stdout"), writer.thread("MainThread")
    with writer.mutex:  # so that all are written in one round
        for _ in range(20_000):
            writer.append(Kind.output, body, label=label, thread=thread)
    writer.close()
    assert held[0] > 20_000
    assert held[-1] < 10_000
    with LogReader(tmp_path / "run") as reader:
        assert len(reader) == 20_000
        assert reader.body(19_999) == body


# A daemon closes all that it has inherited, and then opens files of its own.
_CLOSING = """
import os, sys, numpy as np
from bpdebug.log.writer import LogWriter
from bpdebug.log.records import ReportedBody
writer = LogWriter.create(sys.argv[1])
header = {"label": writer.text("a"), "thread": writer.thread("MainThread")}
size = int(sys.argv[3])

def report(i):
    writer.append(13, ReportedBody("a", i, writer.tensor(np.full(size, i))), **header)

report(0)
writer.flush()
os.closerange(3, 256)
mine = [open(f"{sys.argv[2]}/{i}", "w+b") for i in range(20)]
for i in range(1, 100):
    report(i)
writer.flush()
writer.close()
for file in mine:
    file.write(b"mine")
    file.close()
"""


@pytest.mark.parametrize("size", [3, 200_000])
def test_a_script_that_closes_our_files_finds_nothing_of_ours_in_its_own(tmp_path: Path, size: int) -> None:
    own = tmp_path / "own"
    own.mkdir()
    told = subprocess.run(
        [sys.executable, "-c", _CLOSING, str(tmp_path / "run"), str(own), str(size)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    (line,) = told.stderr.splitlines()
    assert line.startswith(
        "bpdebug: recording stopped, the log can't be written: the script has closed its files"
    )
    assert {path.read_bytes() for path in own.iterdir()} == {b"mine"}
    with LogReader(tmp_path / "run") as reader:
        assert [reader.body(seq).value for seq in range(len(reader))] == [0]
        assert reader.array(0).tolist() == [0] * size


@pytest.mark.parametrize("pending", [PendingEventsInPython, pending_events.PendingEvents])
def test_a_writer_that_is_late_is_waited_for(tmp_path, monkeypatch, pending):
    """Else a kill would cost more than the last 50 ms, on a machine that has other things to do."""
    monkeypatch.setattr(writer_module, "PendingEvents", pending)
    monkeypatch.setattr(writer_module, "Turns", LateTurns)
    writer = LogWriter.create(tmp_path / "run")
    index, label = tmp_path / "run" / "events.idx", writer.text("stdout")
    for _ in range(writer_module.MOST_WAITING - 1):  # beyond these it would be waited for anyway
        writer.append(Kind.output, OutputBody("stdout", "a"), label=label)
        if index.stat().st_size:
            break
    assert index.stat().st_size
    monkeypatch.undo()
    writer.close()


def test_what_runs_in_the_thread_that_writes_does_not_wait_for_it(tmp_path, monkeypatch):
    """As a finalizer of the script's does, where the garbage happens to be collected there."""
    writer = LogWriter.create(tmp_path / "run")
    header = {"label": writer.text("stdout"), "thread": writer.thread("MainThread")}
    real_write, went_on = writer._contents.write, threading.Event()

    def write(taken: Taken) -> OSError | None:
        if not went_on.is_set():
            writer.append(Kind.output, OutputBody("stdout", "in the midst"), **header)
            writer.flush()
            went_on.set()
        return real_write(taken)

    monkeypatch.setattr(writer._contents, "write", write)
    writer.append(Kind.output, OutputBody("stdout", "before"), **header)
    assert went_on.wait(10)
    writer.close()
    with LogReader(tmp_path / "run") as reader:
        assert [reader.body(seq).text for seq in range(len(reader))] == ["before", "in the midst"]


@pytest.mark.parametrize("pending", [PendingEventsInPython, pending_events.PendingEvents])
@pytest.mark.parametrize("size", [3, 200_000])
def test_bytes_to_which_nothing_refers_yet_are_written_all_the_same(tmp_path, monkeypatch, pending, size):
    """An array may be staged at the end of one round, and get its row in the next one."""
    monkeypatch.setattr(writer_module, "PendingEvents", pending)
    writer = LogWriter.create(tmp_path / "run")
    for content in (b"abc" * size, b"def" * size):
        writer.store.staging.stage(content, len(content))
        writer.flush()
        assert (tmp_path / "run" / "tensors-0000.seg").read_bytes().endswith(content)
        assert not writer.store.staging.pieces()
    writer.close()


@pytest.mark.parametrize("pending", [PendingEventsInPython, pending_events.PendingEvents])
def test_the_end_of_a_run_stays_the_last_event_whatever_threads_add_to_it(tmp_path, monkeypatch, pending):
    monkeypatch.setattr(writer_module, "PendingEvents", pending)
    for rounds in (1, 2):
        writer = LogWriter.create(tmp_path / str(rounds), flush_after_s=60.0)
        header = {"label": writer.text("a"), "thread": writer.thread("MainThread")}
        writer.append(Kind.output, OutputBody("stdout", "before"), **header)
        writer.append(Kind.run_finished, RunFinishedBody(0, "done", {}), **header)
        if rounds == 2:
            writer.flush()
        for _ in range(3):
            writer.append(Kind.output, OutputBody("stdout", "behind"), **header)
        writer.close()
        with LogReader(tmp_path / str(rounds)) as reader:
            assert reader.finished
            assert len(reader) == 2
            assert not reader.problem
            end = reader.index[1]["offset"] + reader.index[1]["length"]
        assert (tmp_path / str(rounds) / "events.jsonl").stat().st_size == end
