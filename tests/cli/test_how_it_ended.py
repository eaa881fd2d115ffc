"""How a run ended is known afterwards, where its process could not say so itself: who has started it leaves word."""

import os
import signal
import subprocess
import sys
import time

import msgspec
import pytest
from op_script import OPS

from bpdebug.log.ending import say_ended
from bpdebug.log.reader import LogReader
from bpdebug.log.run_file import read_run_file

LONG_S = 60

ENDS = {
    "killed by signal 15 (SIGTERM)": "os.kill(os.getpid(), 15)",
    "killed by signal 9 (SIGKILL)": "os.kill(os.getpid(), 9)",
    "ended with status 5 without finishing (os._exit, or another program in its place)": "os._exit(5)",
}


@pytest.mark.parametrize("end", ENDS)
def test_a_run_whose_process_could_not_say_it_says_how_it_ended(bpdebug, tmp_path, end):
    bpdebug("run", "--headless", "--log", "one", "script.py", script=f"import os\n{OPS}\n{ENDS[end]}")
    assert end in bpdebug("runs", "one").stdout
    assert f"End:        {end}\n" in bpdebug("info", "one").stdout
    assert bpdebug("verify", "one").stdout.endswith(f"; it has no end of its own: {end}\n")
    bpdebug("pack", "one")
    assert f"End:        {end}\n" in bpdebug("info", "one.bpd").stdout


def test_one_of_which_nothing_came_into_the_log_says_so_where_there_is_nothing_to_show(bpdebug, tmp_path):
    bpdebug("run", "--headless", "--log", "one", "script.py", script="import os\nos.kill(os.getpid(), 9)")
    with LogReader(tmp_path / "one") as reader:
        assert not len(reader)
    said = bpdebug("show", "one")
    assert "the log holds no event: killed by signal 9 (SIGKILL)" in said.stderr


def test_so_does_one_that_was_ended_with_bpdebug_from_outside(tmp_path):
    (tmp_path / "script.py").write_text(f"{OPS}\nimport time\nopen('ready', 'w').close()\ntime.sleep(600)")
    command = [sys.executable, "-m", "bpdebug", "run", "--headless", "--log", "one", "script.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        deadline = time.monotonic() + LONG_S
        while not (tmp_path / "ready").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.terminate()
        assert process.wait(LONG_S) == 128 + signal.SIGTERM
    assert read_run_file(tmp_path / "one").ended == "killed by signal 15 (SIGTERM)"


def test_check_says_it_of_the_recording_that_it_keeps(bpdebug, tmp_path):
    bpdebug("check", "--log", "one", "script.py", script=f"import os\n{OPS}\nos.kill(os.getpid(), 9)")
    assert read_run_file(tmp_path / "one").ended == "killed by signal 9 (SIGKILL)"


def test_nothing_is_added_to_a_run_that_has_its_end_is_another_s_or_is_gone(bpdebug, tmp_path):
    bpdebug("run", "--headless", "--log", "one", "script.py", script=OPS)
    run = read_run_file(tmp_path / "one")
    assert run.ended == ""
    say_ended(tmp_path / "one", run.pid, "killed")
    index = tmp_path / "one" / "events.idx"
    os.truncate(index, index.stat().st_size - 64)
    say_ended(tmp_path / "one", run.pid + 1, "killed")
    say_ended(tmp_path / "nothing", run.pid, "killed")
    assert read_run_file(tmp_path / "one").ended == ""
    say_ended(tmp_path / "one", run.pid, "killed")
    say_ended(tmp_path / "one", run.pid, "killed twice")
    assert read_run_file(tmp_path / "one").ended == "killed"


def test_a_link_in_the_place_of_the_file_is_not_written_through(bpdebug, tmp_path):
    bpdebug("run", "--headless", "--log", "one", "script.py", script=f"import os\n{OPS}\nos._exit(0)")
    other = tmp_path / "other.json"
    run = msgspec.structs.replace(read_run_file(tmp_path / "one"), ended="")
    other.write_bytes(before := msgspec.json.encode(run) + b"\n")
    (tmp_path / "one" / "run.json").unlink()
    (tmp_path / "one" / "run.json").symlink_to(other)
    say_ended(tmp_path / "one", run.pid, "killed")
    assert other.read_bytes() == before


def test_what_stands_there_is_shown_as_harmless_text(bpdebug, tmp_path):
    bpdebug("run", "--headless", "--log", "one", "script.py", script=f"import os\n{OPS}\nos._exit(0)")
    file = tmp_path / "one" / "run.json"
    file.write_bytes(
        msgspec.json.encode(msgspec.structs.replace(read_run_file(file.parent), ended="\x1b[31mred"))
    )
    for command in ("runs", "info", "verify"):
        said = bpdebug(command, "one").stdout
        assert "red" in said
        assert "\x1b" not in said


@pytest.mark.parametrize(
    "end",
    ["os._exit(0)", "os.abort()", "os.execv('/bin/sh', ['sh', '-c', ''])", "os.execlp('sh', 'sh', '-c', '')"],
)
def test_no_event_is_lost_where_a_process_is_left_without_exit_handlers(bpdebug, tmp_path, end):
    bpdebug("run", "--headless", "--log", "whole", "script.py", script=OPS)
    bpdebug("run", "--headless", "--log", "one", "script.py", script=f"import os\n{OPS}\n{end}")
    with LogReader(tmp_path / "whole") as whole, LogReader(tmp_path / "one") as left:
        assert left.index["kind"].tolist() == whole.index["kind"].tolist()[:-1]
