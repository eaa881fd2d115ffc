"""Where a run is recorded, and what is told where that can't be, or isn't there any more."""

import datetime
import functools
import os
import resource

import pytest
from example_run import write_example_run
from op_script import OPS

from bpdebug.cli import check, run, run_directory
from bpdebug.log.reader import LogReader


def test_without_log_the_run_gets_a_directory_of_its_own_in_the_state_directory(bpdebug, tmp_path):
    done = bpdebug("run", "--headless", "script.py", script=OPS)
    (directory,) = (tmp_path / "state" / "bpdebug" / "runs").iterdir()
    assert directory.name.startswith("script-")
    assert done.stderr == f"bpdebug: 4 events in {directory}\n"


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


def test_a_recording_that_is_removed_meanwhile_is_told_and_is_no_misuse(bpdebug_process, tmp_path):
    script = f"import shutil\n{OPS}\nshutil.rmtree({str(tmp_path / 'one')!r})"
    done = bpdebug_process("run", "--headless", "--log", "one", "script.py", script=script)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last == "bpdebug: one: the recording is gone: it was removed, or moved, while the script ran"


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


@pytest.fixture
def taken_at_the_last_moment(monkeypatch):
    """Another run begins in each directory just after that was found to be free."""
    choose = run.choose_directory

    def and_then_it_is_taken(*asked):
        return write_example_run(choose(*asked))

    monkeypatch.setattr(run, "choose_directory", and_then_it_is_taken)
    monkeypatch.setattr(check, "choose_directory", and_then_it_is_taken)


@pytest.mark.usefixtures("taken_at_the_last_moment")
@pytest.mark.parametrize(
    ("command", "status"), [(("run", "--headless", "--export", "it.jsonl"), 2), (("check",), 1)]
)
def test_the_run_of_another_one_with_the_same_log_is_not_taken_for_ours(bpdebug, tmp_path, command, status):
    done = bpdebug(*command, "--log", "one", "script.py", script=OPS)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("bpdebug: one: this directory isn't empty, and a run never overwrites")
    assert "events in" not in done.stderr
    assert not (tmp_path / "it.jsonl").exists()
    with LogReader(tmp_path / "one") as reader:
        assert reader.finished
        assert reader.run.script != "script.py"


@pytest.mark.usefixtures("taken_at_the_last_moment")
def test_the_screen_does_not_open_on_the_run_of_another_one_with_the_same_log(bpdebug, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    done = bpdebug("run", "--log", "one", "script.py", script=OPS)
    assert "this directory isn't empty" in done.stderr
    assert "did not get as far as the script" in done.stderr
