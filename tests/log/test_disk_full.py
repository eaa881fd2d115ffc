"""A disk that has no room for all that is to be written at once: the first events of it are kept, and are whole."""

from __future__ import annotations

import errno
import os
import resource
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from bpdebug.log import run_files
from bpdebug.log.keep import FULL
from bpdebug.log.reader import LogReader
from bpdebug.log.records import BackwardBody, ForwardBody, GradsClearedBody, ReportedBody, Slot
from bpdebug.log.schema import EVENT_INDEX, TENSOR_STATISTICS, EventFlag, Kind, Phase
from bpdebug.log.segment_writer import append_all_in_python
from bpdebug.log.writer import LogWriter
from bpdebug.timeline import Timeline
from bpdebug.verify import verify_run

EVENTS = 600


def write_at_once(directory: Path, elements: int = 1, lend: bool = False) -> None:
    """Events that each bring definitions, a variable, and a tensor with as many elements as its number says."""
    writer = LogWriter.create(directory, flush_after_s=60.0)
    writer.thread("MainThread")
    for i in range(EVENTS):
        array = np.full(1 + i * elements, i, "f4")
        tensor = (writer.store.lend(array, FULL) if lend else writer.tensor_entry(array))[0]
        where = {"label": writer.text(f"op {i}"), "scope": writer.scope(f"link {i}", "Link")}
        site = writer.site([(writer.source(f"/{i // 100}.py", "x = 1\n" * 10), i, "f")])
        if i % 2:
            variable = writer.variable(f"parameter {i}", parameter=True, first=tensor)
            body = ForwardBody(writer.op(f"Op{i}", "op"), [Slot(variable, tensor)], [])
            writer.append(Kind.forward, body, phase=Phase.forward, site=site, **where)
        else:
            told = ReportedBody("a", i, tensor)
            writer.append(Kind.reported, told, flags=EventFlag.value, value=i, site=site, **where)
    writer.close()


def write_with_few_names(directory: Path) -> None:
    """Events that each need a tensor: as a gradient, what is reported, a variable's first content, a random state."""
    writer = LogWriter.create(directory, flush_after_s=60.0)
    where = {
        "thread": writer.thread("MainThread"),
        "label": writer.text("a"),
        "scope": writer.scope("b", "B"),
    }
    op, source, tell = writer.op("Op", "op"), writer.source("a.py", "x"), writer.append
    for i in range(90):
        where["ordinal"] = i + 1
        array = np.full(628 if i % 3 == 2 else 1 + i, i, "u4")
        if i % 6 == 0:
            tell(Kind.reported, ReportedBody("a", i, writer.tensor(array)), value=i, **where)
        elif i % 6 == 3:
            row, caller = writer.tensor(array), writer.site([(source, i, "f")])
            variable = writer.variable(f"parameter {i}", parameter=True)
            if i % 12 == 3:  # named by the definition that comes last, or by the one before
                caller = writer.site([(source, i, "g")])
            tell(Kind.backward, BackwardBody(op, None, [row], [None], [variable], caller=caller), **where)
        elif i % 3 == 1:
            cleared = [writer.variable(f"parameter {i}", parameter=True, first=writer.tensor(array))]
            tell(Kind.grads_cleared, GradsClearedBody(cleared), **where)
        else:
            tell(Kind.forward, ForwardBody(op, [], [], rng_state=writer.tensor(array)), **where)
    writer.close()


def kept(directory: Path, elements: int = 1) -> int:
    """How many of them are there; they and what they refer to are whole, and nothing else is there."""
    with LogReader(directory) as reader:
        found = verify_run(reader)
        assert found.whole, found.lines
        assert not reader.problem
        for seq in range(len(reader)):
            array = reader.array(seq)
            assert array.shape == (1 + seq * elements,)
            assert (array == seq).all()
            assert reader.address(seq).endswith(f"link {seq}/op {seq}")
        assert reader.tensor_count == len(reader.scopes) == len(reader)
        return len(reader)


def in_child_with_limit(limit: int, work, *arguments) -> None:
    """Do the work where no file can have more than `limit` bytes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # whatever threads there are, none is needed
        pid = os.fork()
    if pid == 0:
        try:
            sys.__stderr__ = None
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            work(*arguments)
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """The run as it is where there is room."""
    run = tmp_path_factory.mktemp("whole") / "run"
    write_at_once(run)
    assert kept(run) == EVENTS
    return run


def largest_file(whole: Path, count: int) -> int:
    """The bytes of the largest file of a run with so many of the events, and what they refer to."""
    with LogReader(whole) as reader:
        body, tensor = reader.index[count - 1], int(reader.tensors["offset"][count - 1])
    definitions = (whole / "definitions.jsonl").read_bytes()
    # What comes behind is of the next event, whose tensor has a layout of its own.
    lines = definitions.find(b'{"def":"layout","id":%d,' % count)
    sizes = (
        int(body["offset"]) + int(body["length"]),
        EVENT_INDEX.itemsize * count,
        TENSOR_STATISTICS.itemsize * count,
        lines if lines >= 0 else len(definitions),
        tensor + 4 * count,
    )
    return max(sizes)


@pytest.mark.parametrize("part", [0.9, 0.5, 0.05, 0.004])
def test_as_many_events_are_kept_as_the_largest_file_may_hold(tmp_path, whole, part):
    limit = int(largest_file(whole, EVENTS) * part)
    in_child_with_limit(limit, write_at_once, tmp_path / "run")
    count = kept(tmp_path / "run")
    assert 0 < count < EVENTS
    assert largest_file(whole, count) <= limit < largest_file(whole, count + 1)


@pytest.mark.parametrize("count", [25, 26, 27, 28, 34])
def test_whatever_refers_to_a_tensor_has_it_and_its_layout(tmp_path, count):
    write_with_few_names(tmp_path / "whole")
    with LogReader(tmp_path / "whole") as reader:
        last = reader.tensors[count - 1]
        limit = int(last["offset"]) + 4 * reader.layouts[int(last["layout"])].shape[0]
    in_child_with_limit(limit, write_with_few_names, tmp_path / "run")
    with LogReader(tmp_path / "run") as reader:
        found = verify_run(reader)
        assert found.whole, found.lines
        assert len(reader) == reader.tensor_count == count
        for variable in reader.variables:
            assert variable.first is None or (reader.array(variable.first) == variable.first).all()
        for body in map(reader.body, range(3, count, 6)):
            assert reader.variables[body.x[0]].name == f"parameter {body.gy[0]}"
            assert reader.sites[body.caller].frames[0].line == body.gy[0]


def test_at_each_moment_of_taking_back_there_is_no_event_that_lacks_something(tmp_path, monkeypatch):
    real, seen = os.ftruncate, []

    def ftruncate(file: int, size: int) -> None:
        real(file, size)
        with LogReader(tmp_path / "run") as reader:
            found = verify_run(reader)
            assert not found.counts["events"], found.lines
            seen.append(len(reader))

    writer = LogWriter.create(tmp_path / "run")
    writer.thread("MainThread")
    writer.append(Kind.reported, ReportedBody("a", 1, writer.tensor(np.ones(3))), label=writer.text("first"))
    writer.flush()
    reached = writer._files.reached
    writer.append(Kind.reported, ReportedBody("a", 2, writer.tensor(np.ones(4))), label=writer.text("second"))
    writer.flush()
    monkeypatch.setattr(os, "ftruncate", ftruncate)
    writer._files.cut(reached)
    monkeypatch.undo()
    assert set(seen) == {1}
    writer.append(Kind.reported, ReportedBody("a", 3))
    writer.close()


def test_the_run_says_why_it_ends_where_it_does(tmp_path):
    in_child_with_limit(20_000, write_at_once, tmp_path / "run")
    with LogReader(tmp_path / "run") as reader:
        assert reader.why_stopped == os.strerror(errno.EFBIG)
        said = Timeline(reader).reason_for_end()
    assert said == "recording stopped, and the script went on: File too large"
    run_file = tmp_path / "run" / "run.json"
    run_file.write_text(run_file.read_text().replace("File too large", "a\\u001b[31mb"))
    with LogReader(tmp_path / "run") as reader:
        assert "\x1b" not in Timeline(reader).reason_for_end()


@pytest.mark.parametrize("lend", [False, True])
def test_events_whose_tensors_found_no_room_are_left_out(tmp_path, lend):
    in_child_with_limit(1 << 20, write_at_once, tmp_path / "run", 50, lend)
    assert 50 < kept(tmp_path / "run", 50) < 200


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to name open files")
@pytest.mark.parametrize("room", [1_023_000, 990_000, 150_000, 30_000])
def test_on_a_full_disk_what_later_tensors_took_makes_room_for_events(tmp_path, monkeypatch, room):
    run = tmp_path / "run"
    real = {name: getattr(os, name) for name in ("write", "pwrite", "ftruncate")}
    shortened = []

    def left() -> int:
        return room - sum(path.stat().st_size for path in run.iterdir())

    def fits(data, more: int) -> memoryview:
        if more > 0 and left() <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return memoryview(data)[: len(data) if more <= 0 else left()]

    def write(file: int, data) -> int:
        if not os.readlink(f"/proc/self/fd/{file}").startswith(str(run)):
            return real["write"](file, data)
        return real["write"](file, fits(data, len(data)))

    def pwrite(file: int, data, offset: int) -> int:
        return real["pwrite"](file, fits(data, offset + len(data) - os.fstat(file).st_size), offset)

    def ftruncate(file: int, size: int) -> None:
        if os.readlink(f"/proc/self/fd/{file}").endswith("events.idx"):
            shortened.append(os.fstat(file).st_size // 64 - size // 64)
        real["ftruncate"](file, size)

    monkeypatch.setattr(os, "write", write)
    monkeypatch.setattr(os, "pwrite", pwrite)
    monkeypatch.setattr(os, "ftruncate", ftruncate)
    monkeypatch.setattr(run_files, "append_all", append_all_in_python)  # by os.write
    monkeypatch.setattr(sys, "__stderr__", None)
    write_at_once(run)
    used = room - left()
    monkeypatch.undo()
    count = kept(run)
    assert 0 < count < EVENTS
    assert shortened
    assert not any(shortened)  # what a reader has seen stays
    assert used > room * 0.85  # a sixteenth may be lost, and what the next event would need
