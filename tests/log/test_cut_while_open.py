"""Files that lose their end while a reader has them mapped: an error in words, not the end of the process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bpdebug.errors import DamagedLog
from bpdebug.log.reader import LogReader
from bpdebug.log.records import OutputBody, ReportedBody
from bpdebug.log.schema import Kind, segment_file
from bpdebug.log.writer import LogWriter

# The reader works in a process of its own, which SIGBUS may end.
_READING = """
import os, sys
from bpdebug.errors import DamagedLog
from bpdebug.log.reader import LogReader

directory, name, what = sys.argv[1:]
reader = LogReader(directory)
small, big = reader.array(0), reader.array(1)
os.truncate(os.path.join(directory, name), 0)
try:
    {"index": lambda: reader.index["kind"].sum(), "refresh": reader.refresh, "body": lambda: reader.body(3),
     "address": lambda: reader.address(3), "array": lambda: reader.array(1).sum(),
     "kept": lambda: small.sum()}[what]()
except DamagedLog as error:
    print(error)
else:
    print("read")
"""


@pytest.fixture
def run(tmp_path: Path) -> Path:
    directory = tmp_path / "run"
    writer = LogWriter.create(directory)
    thread, label = writer.thread("MainThread"), writer.text("label")
    for size in (3, 1 << 20):
        row = writer.tensor(np.arange(size, dtype="f8"))
        writer.append(Kind.reported, ReportedBody("a", 1.0, row), label=label, thread=thread)
    for number in range(500):  # several pages
        writer.append(Kind.output, OutputBody("stdout", f"{number}\n"), label=label, thread=thread)
    writer.close()
    return directory


def test_tensors_that_a_writer_on_a_full_disk_took_back_leave_the_others_to_be_read(run: Path) -> None:
    with LogReader(run) as reader:
        for name, size in (("tensors.idx", 32), ("tensors.stats", 64)):
            os.truncate(run / name, size)
        reader.refresh()
        assert reader.array(0).tolist() == [0, 1, 2]
        assert reader.recorded_statistics(0) is not None
        with pytest.raises(DamagedLog, match="tensor 1 is missing"):
            reader.array(1)


@pytest.mark.parametrize(
    ("name", "what", "said"),
    [
        ("events.idx", "index", "events.idx was cut off"),
        ("events.idx", "refresh", "events.idx was cut off"),
        ("events.idx", "body", "events.idx was cut off"),
        ("events.idx", "address", "events.idx was cut off"),
        ("tensors.idx", "array", "tensors.idx was cut off"),
        (segment_file(0), "array", "is cut off"),
        (segment_file(0), "kept", "read"),
    ],
)
def test_a_file_cut_off_while_it_is_open_is_told_in_words(run: Path, name: str, what: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _READING, os.fspath(run), name, what],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert said in done.stdout
