"""`bpdebug run --headless`: what passes through, what is recorded, and what misuse is told."""

import datetime
import functools
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys

import pytest

from bpdebug.cli import main, run_directory
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind

OPS = """
import sys
import numpy as np
import chainer.functions as F
y = F.relu(np.array([-1, 2], "f"))
print("relu:", y.array, sys.argv[1:])
"""


@pytest.fixture
def bpdebug(tmp_path, monkeypatch, capfd):
    """Carries out a command here, in an empty directory that holds `script.py`; the script has its own process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def run(*words, script=None):
        if script is not None:
            (tmp_path / "script.py").write_text(script)
        status = main(words)
        said = capfd.readouterr()
        return subprocess.CompletedProcess(words, status, said.out, said.err)

    return run


@pytest.fixture
def bpdebug_process(tmp_path):
    """The same in a process of its own, with these arguments for `subprocess.run`."""

    def run(*words, script=None, **how):
        if script is not None:
            (tmp_path / "script.py").write_text(script)
        command = [sys.executable, "-m", "bpdebug", *words]
        env = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
        how = {"capture_output": True, "text": True, "timeout": 120, "cwd": tmp_path, "env": env, **how}
        return subprocess.run(command, **how)

    return run


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


def test_without_log_the_run_gets_a_directory_of_its_own_in_the_state_directory(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "script.py", script=OPS)
    (directory,) = (tmp_path / "state" / "bpdebug" / "runs").iterdir()
    assert directory.name.startswith("script-")
    assert done.stderr == f"bpdebug: 4 events in {directory}\n"


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


def test_a_syntax_error_is_shown_at_its_line_and_nothing_is_recorded(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "script.py", script="x = 3\ny = = 4\n")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0].endswith('script.py", line 2')
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state").exists()


MISUSE = {
    "no script": ([], "required: SCRIPT"),
    "no such file": (["none.py"], "none.py: no such file"),
    "a directory": (["folder"], "folder: this is a directory"),
    "a dangling link": (["dangling.py"], "dangling.py: can't be read"),
    "a device": (["/dev/null"], "/dev/null: not a file"),
    "a used directory": (["--log", "used", "script.py"], "used: this directory is not empty"),
    "a recorded run": (["--log", "recorded", "script.py"], "recorded: this directory already holds a run"),
    "a file as directory": (
        ["--log", "script.py", "script.py"],
        "script.py: a run is recorded to a directory",
    ),
    "an unknown suffix": (["--export", "x.bin", "script.py"], "x.bin: which format?"),
    "an unknown format": (["--export", "x", "--format", "bin", "script.py"], "no export format 'bin'"),
    "a format for nothing": (["--format", "jsonl", "script.py"], "there is no --export"),
    "an export to nowhere": (["--export", "none/x.jsonl", "script.py"], "none/x.jsonl: can't write"),
    "an export to stdout": (["--export", "-", "--format", "jsonl", "script.py"], "name a file"),
    "no real chainer": (["--real-chainer", "script.py"], "no Chainer is installed"),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_told_in_a_line_or_two_before_anything_runs(name, bpdebug, tmp_path):
    words, said = MISUSE[name]
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling.py").symlink_to("nowhere")
    for directory, file in ("used", "x"), ("recorded", "run.json"):
        (tmp_path / directory).mkdir()
        (tmp_path / directory / file).write_text("{}")
    done = bpdebug("run", "--headless", *words, script="open('ran', 'w')")
    assert said in done.stderr
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) <= 2
    assert done.stdout == ""
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_script_and_a_directory_that_are_not_ours_are_told(bpdebug, tmp_path):
    (tmp_path / "script.py").write_text(OPS)
    (tmp_path / "script.py").chmod(0)
    assert "can't be read: Permission denied" in bpdebug("run", "--headless", "script.py").stderr
    (tmp_path / "script.py").chmod(0o600)
    (tmp_path / "locked").mkdir(mode=0o500)
    done = bpdebug("run", "--headless", "--log", "locked/one", "script.py")
    assert "can't record there: Permission denied" in done.stderr


def test_a_run_on_the_screen_without_a_terminal_says_what_to_do(bpdebug_process, tmp_path):
    done = bpdebug_process("run", "script.py", script="open('ran', 'w')", stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert "no terminal" in done.stderr
    assert "bpdebug run --headless script.py" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_a_terminal_that_can_show_nothing_says_what_to_do(bpdebug_process):
    environment = {**os.environ, "TERM": "dumb"}
    status, said = in_terminal(bpdebug_process, "run", "script.py", script=OPS, env=environment)
    assert status == 2
    assert b"TERM=dumb" in said
    assert bpdebug_process("run", "--headless", "--log", "run", "script.py").returncode == 0
    status, said = in_terminal(bpdebug_process, "view", "run", env=environment)
    assert status == 2
    assert b"TERM=dumb" in said


def test_an_export_of_a_run_on_the_screen_is_refused(bpdebug_process):
    status, said = in_terminal(
        bpdebug_process,
        "run",
        "--export",
        "x.jsonl",
        "script.py",
        script=OPS,
        env={**os.environ, "TERM": "xterm"},
    )
    assert status == 2
    assert b"--headless" in said


def in_terminal(bpdebug_process, *words, **how):
    """Run with stdin, stdout and stderr on a terminal; gives the status and all that was shown."""
    ours, theirs = pty.openpty()
    try:
        done = bpdebug_process(
            *words,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            capture_output=False,
            start_new_session=True,
            **how,
        )
        os.close(theirs)
        return done.returncode, read_all(ours)
    finally:
        os.close(ours)


def read_all(descriptor):
    shown = b""
    while True:
        try:
            data = os.read(descriptor, 65536)
        except OSError:  # the other end is closed
            return shown
        if not data:
            return shown
        shown += data


def test_on_a_terminal_a_progress_line_comes_and_goes_around_the_output(bpdebug_process):
    script = OPS.replace("y = F", "import time\nfor i in range(30):\n    time.sleep(0.02)\n    y = F")
    status, shown = in_terminal(
        bpdebug_process, "run", "--headless", "--log", "one", "script.py", script=script
    )
    assert status == 0
    before, _, behind = shown.partition(b"relu: [0. 2.] []")
    # Drawn at least once, and wiped away before the script's own line.
    assert b" events \xc2\xb7 iteration 0 \xc2\xb7 " in before
    assert before.endswith(b"\r\x1b[K")
    assert b"33 events in one" in behind


def test_the_script_sees_the_terminal_itself(bpdebug_process):
    script = "import sys; print(sys.stdin.isatty(), sys.stdout.isatty(), sys.stderr.isatty())"
    assert (
        b"True True True" in in_terminal(bpdebug_process, "run", "--headless", "script.py", script=script)[1]
    )


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


def test_a_script_that_goes_to_another_directory_is_recorded_where_it_was_said(bpdebug, tmp_path):
    script = "import os\nos.chdir('/')\n" + OPS
    assert bpdebug("run", "--headless", "--log", "one", "script.py", script=script).returncode == 0
    with LogReader(tmp_path / "one") as reader:
        assert reader.finished
        assert reader.array(reader.body(reader.find("it0/forward/relu")).y[0].tensor).tolist() == [0, 2]


@pytest.mark.parametrize("options", [(), ("--log", "logs/one"), ("--log", "mine")])
def test_where_no_log_can_begin_that_alone_is_told_and_nothing_is_left(bpdebug_process, tmp_path, options):
    (tmp_path / "mine").mkdir()
    limited = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (0, 0))
    done = bpdebug_process("run", "--headless", *options, "script.py", script=OPS, preexec_fn=limited)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.endswith(": can't write a log there: File too large")
    assert list((tmp_path / "state").glob("bpdebug/runs/*")) == []
    assert sorted({*os.listdir(tmp_path)} - {"state", "__pycache__"}) == ["mine", "script.py"]


def test_a_recording_that_stopped_early_is_not_taken_for_a_script_without_ops(bpdebug_process):
    limited = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (500, 500))
    done = bpdebug_process("run", "--headless", "--log", "one", "script.py", script=OPS, preexec_fn=limited)
    assert done.returncode == 0
    assert "relu: [0. 2.]" in done.stdout
    stopped, kept = done.stderr.splitlines()
    assert stopped.startswith("bpdebug: recording stopped, the log can't be written")
    why = "; recording stopped then, and the script went on: File too large"
    assert kept in (
        f"bpdebug: 0 events in one{why}",
        f"bpdebug: 1 event in one{why}",
    )  # of a few hundred bytes: its start


PROGRESS_BAR = """
import sys
import numpy as np
import chainer.functions as F
for i in range(60):
    F.relu(np.full((20, 20), i, "f"))
    sys.stderr.write(f"\\r[{i}/60]")
"""


def test_what_is_told_stands_on_a_line_of_its_own_behind_a_progress_bar(bpdebug_process):
    done = bpdebug_process("run", "--headless", "--log", "one", "script.py", script=PROGRESS_BAR)
    assert re.fullmatch(r"bpdebug: \d+ events in one", done.stderr.split("\n")[-2])
    limited = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (20_000, 20_000))
    done = bpdebug_process("run", "--headless", "--log", "two", "script.py", preexec_fn=limited)
    told = [line for line in done.stderr.split("\n") if "bpdebug" in line]
    assert len(told) == 2
    assert all(line.startswith("bpdebug: ") for line in told)


def test_a_recording_that_is_removed_meanwhile_is_told_and_is_no_misuse(bpdebug_process, tmp_path):
    script = f"import shutil\n{OPS}\nshutil.rmtree({str(tmp_path / 'one')!r})"
    done = bpdebug_process("run", "--headless", "--log", "one", "script.py", script=script)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == "bpdebug: one: the recording is gone: it was removed, or moved, while the script ran"


def test_quiet_adds_no_line_end_to_what_the_script_says(bpdebug_process):
    done = bpdebug_process("run", "--headless", "--quiet", "script.py", script=PROGRESS_BAR)
    assert done.stderr.endswith("[59/60]")


def test_runs_that_begin_in_the_same_second_get_a_directory_each(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    now = datetime.datetime(2026, 1, 2, 3, 4, 5)
    # Another run makes its directory just after we have looked which are there.
    free_name = run_directory.free_name
    others = iter([True, True, False])

    def and_then_it_is_taken(directory):
        free = free_name(directory)
        if next(others):
            free.mkdir(parents=True)
        return free

    monkeypatch.setattr(run_directory, "free_name", and_then_it_is_taken)
    made = run_directory.choose_directory("train.py", None, now)
    assert made.name == "train-20260102-030405-3"
    assert made.is_dir()
