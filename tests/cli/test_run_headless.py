"""`bpdebug run --headless`: what passes through, and what is recorded."""

import json
import os
import signal
import subprocess
import sys

import pytest
from op_script import OPS

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind


def test_output_and_status_pass_through_and_the_run_is_recorded(bpdebug_process, tmp_path):
    done = bpdebug_process(
        "run", "--headless", "--log", "one", "script.py", "a",
        script=OPS + "print('trouble', file=sys.stderr)\nsys.exit(3)",
    )  # fmt: skip
    assert done.stdout == "relu: [0. 2.] ['a']\n"
    assert done.stderr == "trouble\nbpdebug: 5 events in one\n"
    assert done.returncode == 3
    with LogReader(tmp_path / "one") as reader:
        assert reader.finished
        assert Kind.forward in reader.index["kind"]


def test_quiet_says_nothing_of_its_own(bpdebug):
    assert bpdebug("run", "--headless", "--quiet", "script.py", script=OPS).stderr == ""


def test_options_behind_the_script_are_the_script_s(bpdebug):
    words = ["--headless", "--log", "x", "--", "-q", "--quiet"]
    done = bpdebug(
        "run", "--headless", "--quiet", "script.py", *words, script="import sys; print(sys.argv[1:])"
    )
    assert done.stdout == f"{words}\n"


def test_a_double_dash_right_behind_the_script_is_the_script_s(bpdebug):
    done = bpdebug(
        "run", "--headless", "--quiet", "script.py", "--", "a", script="import sys; print(sys.argv[1:])"
    )
    assert done.stdout == "['--', 'a']\n"


def test_the_events_are_exported_in_the_same_command(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "--log", "one", "--export", "events.jsonl", "script.py", script=OPS)
    assert done.returncode == 0
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["kind"] for event in events] == ["run_started", "forward", "output", "run_finished"]


def test_the_format_can_be_named_where_the_suffix_says_nothing(bpdebug, tmp_path):
    bpdebug(
        "run", "--headless", "--quiet", "--export", "events", "--format", "jsonl", "script.py", script=OPS
    )
    assert len((tmp_path / "events").read_text().splitlines()) == 4


def test_a_failed_script_is_exported_and_its_status_passes_through(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "--export", "events.jsonl", "script.py", script=OPS + "1 / 0")
    assert done.returncode == 1
    assert "failed" in (tmp_path / "events.jsonl").read_text()


def test_what_the_export_of_the_same_command_lacks_is_told(bpdebug):
    words = ("run", "--headless", "--capture", "stats", "--export", "run.npz", "script.py")
    done = bpdebug(*words, script=OPS)
    assert done.returncode == 0
    assert "bpdebug: run.npz: 2 tensors left out: the log doesn't have the values\n" in done.stderr


def test_a_script_without_ops_is_told_so(bpdebug):
    done = bpdebug("run", "--headless", "--log", "one", "script.py", script="print('hello')")
    assert (done.returncode, done.stdout) == (0, "hello\n")
    assert done.stderr == (
        "bpdebug: no engine op ran: nothing to step; does the script import chainer?\nbpdebug: 3 events in one\n"
    )


def test_a_killed_script_gives_the_shell_s_status_and_a_log_that_opens(bpdebug, tmp_path):
    done = bpdebug(
        "run", "--headless", "--log", "one", "script.py", script=OPS + "import os; os.kill(os.getpid(), 9)"
    )
    assert done.returncode == 137
    assert done.stderr.startswith("bpdebug: script.py was killed by signal 9 (SIGKILL)\n")
    with LogReader(tmp_path / "one") as reader:
        assert reader.problem == ""


def test_a_failing_import_is_shown_as_python_shows_it(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "--quiet", "script.py", script="import chainer\nimport not_there\n")
    assert done.returncode == 1
    assert done.stderr == (
        "Traceback (most recent call last):\n"
        f'  File "{tmp_path}/script.py", line 2, in <module>\n'
        "    import not_there\n"
        "ModuleNotFoundError: No module named 'not_there'\n"
    )


def test_real_chainer_is_used_where_it_is_wanted_and_gives_no_events(bpdebug_process, tmp_path):
    (tmp_path / "site" / "chainer").mkdir(parents=True)
    (tmp_path / "site" / "chainer" / "__init__.py").write_text("__version__ = 'real'\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    script = "import chainer; print(chainer.__version__)"
    done = bpdebug_process(
        "run", "--headless", "--log", "one", "--real-chainer", "script.py", script=script, env=environment
    )
    assert (done.returncode, done.stdout) == (0, "real\n")
    assert done.stderr == (
        "bpdebug: --real-chainer: the installed Chainer is used, and no events can come from it\n"
        "bpdebug: 3 events in one\n"
    )
    ours = bpdebug_process("run", "--headless", "--quiet", "script.py", script=script, env=environment)
    assert "real" not in ours.stdout


WORKERS = """
import multiprocessing
import numpy as np
import chainer.functions as F

def work(x):
    return float(F.relu(np.array(x, "f")).array)

if __name__ == "__main__":
    for method in multiprocessing.get_all_start_methods():
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(pool.map(work, [-1.0, 2.0]))
    print(work(3.0))
"""


def test_worker_processes_have_the_engine_and_leave_the_log_alone(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "--quiet", "--log", "one", "script.py", script=WORKERS)
    assert (done.stdout, done.stderr) == ("[0.0, 2.0]\n" * 3 + "3.0\n", "")
    with LogReader(tmp_path / "one") as reader:
        assert reader.finished
        assert list(reader.index["kind"]).count(Kind.forward) == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import chainer.graph_of_tomorrow", "doesn't have it yet"),
        ("from chainer import graph_of_tomorrow", "doesn't have this yet"),
        ("import chainer.functions as F; F.op_of_tomorrow", "doesn't have this yet"),
    ],
)
def test_a_part_of_chainer_that_is_missing_is_said_to_be_missing(bpdebug, script, said):
    done = bpdebug("run", "--headless", "--quiet", "script.py", script=script)
    assert done.returncode == 1
    assert said in done.stderr.splitlines()[-1]


def test_an_error_in_an_op_shows_the_user_s_lines_only(bpdebug, tmp_path):
    done = bpdebug(
        "run", "--headless", "--quiet", "script.py",
        script=OPS + "x = np.ones((2, 3), 'f')\nF.matmul(x, x)",
    )  # fmt: skip
    assert done.returncode == 1
    files = [line.split('"')[1] for line in done.stderr.splitlines() if line.startswith("  File ")]
    assert set(files) == {f"{tmp_path}/script.py"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_bpdebug_reaches_the_script(number, tmp_path):
    (tmp_path / "script.py").write_text(
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(7))\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )  # fmt: skip
    command = [sys.executable, "-m", "bpdebug", "run", "--headless", "script.py"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(number)
        assert process.wait(60) == 7


def test_a_script_that_nobody_waits_for_any_more_is_ended(bpdebug, tmp_path):
    def give_up(*_):
        raise RuntimeError("I have waited long enough")

    before = signal.signal(signal.SIGUSR1, give_up)
    try:
        with pytest.raises(RuntimeError, match="long enough"):
            bpdebug(
                "run", "--headless", "script.py",
                script="import os, signal, time\nopen('pid', 'w').write(str(os.getpid()))\n"
                "os.kill(os.getppid(), signal.SIGUSR1)\ntime.sleep(600)",
            )  # fmt: skip
    finally:
        signal.signal(signal.SIGUSR1, before)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_a_flood_of_output_passes_whole(bpdebug_process, tmp_path):
    with open(tmp_path / "out", "wb") as out:
        done = bpdebug_process(
            "run", "--headless", "--log", "one", "script.py",
            script="for _ in range(20_000): print('x' * 999)\nprint('end')",
            capture_output=False, stdout=out, stderr=subprocess.PIPE,
        )  # fmt: skip
    assert done.returncode == 0
    assert (tmp_path / "out").stat().st_size == 20_000_004
    with LogReader(tmp_path / "one") as reader:
        recorded = "".join(
            reader.body(seq).text for seq in range(len(reader)) if reader.index["kind"][seq] == Kind.output
        )
    assert 16 * 2**20 <= len(recorded) <= 16 * 2**20 + 200
    assert recorded.count("bpdebug") == 1
