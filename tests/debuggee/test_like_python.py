"""A recorded script says, does and ends exactly as under plain Python."""

import os
import signal
import subprocess
import sys

import msgspec
import pytest

from bpdebug.launch import ChildSettings, child_command
from bpdebug.log.records import Event, FailedBody, OutputBody, RunFinishedBody, WarnedBody


def read_events(log):
    lines = (log / "events.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line, type=Event) for line in lines]


@pytest.fixture
def recorded(tmp_path):
    """Runs a script under the recorder, with no engine; gives the process and the events."""

    def run(script, *args, **how):
        log = tmp_path / "log"
        settings = ChildSettings(log_directory=str(log), real_chainer=True)
        done = subprocess.run(child_command(settings, str(script), list(args)), **{**CAPTURE, **how})
        return done, read_events(log)

    return run


CAPTURE = {"capture_output": True, "text": True, "timeout": 60}

SCRIPTS = {
    "surroundings": """
        import sys, os, builtins
        print(sys.argv, sys.path, os.getcwd(), sys.flags, sys.warnoptions)
        print(__name__, __file__, __spec__, __builtins__ is builtins, __doc__, __package__, __cached__)
        print(type(__loader__).__name__, sys.modules["__main__"].__dict__ is globals(), sorted(globals()))
        print(sys.stdout.encoding, sys.stdout.errors, sys.stdout.isatty(), sys.stdout.fileno(), sys.stdout.name)
        print(sys.orig_argv)
        """,
    "classes of main": """
        import dataclasses, pickle, typing
        @dataclasses.dataclass
        class Point:
            x: "int"
            y: typing.ClassVar["int"] = 3
        print(pickle.loads(pickle.dumps(Point(2))), typing.get_type_hints(Point))
        """,
    "garbage": "import gc; print(gc.isenabled(), gc.get_threshold(), gc.get_debug())",
    "what os can do": "import os; print(sorted(call.__name__ for call in os.supports_fd), os.execve in os.supports_fd)",
    "nothing": "",
    "exit without status": "raise SystemExit",
    "exit 3": "import sys; sys.exit(3)",
    "exit -1": "import sys; sys.exit(-1)",
    "exit True": "import sys; sys.exit(True)",
    "exit text": "import sys; sys.exit('it went wrong')",
    "exit object": "import sys; sys.exit([1, 2])",
    "exception": """
        def inner(x):
            return 1 / x
        def outer():
            try:
                inner(0)
            except ZeroDivisionError as error:
                raise RuntimeError("outer") from error
        outer()
        """,
    "exception while handling": """
        try:
            {}["no"]
        except KeyError:
            import not_there
        """,
    "group of exceptions": "raise ExceptionGroup('several', [ValueError(1), TypeError(2)])",
    "exception without text": """
        class Silent(Exception):
            def __str__(self): raise ValueError
        raise Silent
        """,
    "syntax error": "print('before'\nx = = 3\n",
    "null byte": "x = 3\0",
    "indentation": "if True:\nx = 3\n",
    "own excepthook": """
        import sys
        def hook(kind, error, traceback):
            print("hook", kind, error, traceback.tb_next, traceback.tb_frame.f_code.co_name)
        sys.excepthook = hook
        1 / 0
        """,
    "interrupt": "print('so far', flush=True)\nraise KeyboardInterrupt",
    "exit handlers and threads": """
        import atexit, threading, time
        atexit.register(print, "handler")
        threading.Thread(target=lambda: (time.sleep(0.1), print("thread"))).start()
        print("main")
        """,
    "exception in a thread": """
        import threading
        thread = threading.Thread(target=lambda: 1 / 0, name="worker"); thread.start(); thread.join()
        print("goes on")
        """,
    "warnings": """
        import warnings, sys
        warnings.warn("one")
        warnings.warn("two", DeprecationWarning)
        with warnings.catch_warnings(record=True) as caught:
            warnings.warn("three")
        print(len(caught))
        """,
    "logging": """
        import logging
        logging.basicConfig(level=logging.INFO)
        logging.info("told")
        """,
    "input": "print(input('name? '), input())",
    "fork": """
        import os, sys, warnings
        # From 3.12 on Python warns of a fork with threads around: with NumPy's there always are some, and ours.
        warnings.simplefilter("ignore", DeprecationWarning)
        print("before", flush=True)
        pid = os.fork()
        if pid == 0:
            print("in the child", flush=True)
            sys.exit(3)
        print(os.waitpid(pid, 0)[1] >> 8)
        """,
    "worker processes": """
        import multiprocessing
        def double(x): return 2 * x
        if __name__ == "__main__":
            for method in "fork", "spawn":
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(pool.map(double, range(5)))
        """,
    "own queue module": "import queue, random; print(queue.mine, random.mine)",
    "bytes": "import sys; sys.stdout.buffer.write(b'\\xff\\x00'); sys.stdout.flush()",
    "unicode": "print('隠れ層', '\\x1b[31mred\\x1b[0m')",
    "unencodable": "print('\\udcff')",
    "descriptor": "import os; print('a', flush=True); os.write(1, b'b\\n'); print('c')",
    "subprocess": "import subprocess; print('a', flush=True); subprocess.run(['echo', 'b']); print('c')",
    "interleaved": "import sys; print('a', end=''); print('b', file=sys.stderr, end=''); print('c')",
    "left early": "import os; print('lost'); os._exit(5)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "closed stdout": "import sys; print('a'); sys.stdout.close()",
    "redirected": """
        import contextlib, io, sys
        with contextlib.redirect_stdout(io.StringIO()) as kept: print("inside")
        print(len(kept.getvalue()))
        sys.stdout = sys.__stdout__
        print("outside")
        """,
    "name in traceback": """
        import traceback
        def f(): traceback.print_stack(limit=2)
        f()
        """,
}  # fmt: skip


def write(directory, text):
    """A script in a directory that also has modules named as the standard library's."""
    lines = text.strip("\n").split("\n")
    indent = len(lines[0]) - len(lines[0].lstrip())
    script = directory / "script.py"
    script.write_text("\n".join(line[indent:] for line in lines) + "\n", encoding="utf-8")
    return script


@pytest.mark.parametrize("name", SCRIPTS)
def test_output_and_status_are_those_of_plain_python(name, tmp_path, recorded):
    write(tmp_path, SCRIPTS[name])
    if name == "own queue module":
        for module in "queue", "random":
            (tmp_path / f"{module}.py").write_text("mine = True\n")
    how = {"input": "Ada\nLovelace\n", "cwd": tmp_path, "errors": "surrogateescape"}
    plain = subprocess.run([sys.executable, "script.py", "a", "-b"], **CAPTURE, **how)
    ours, _ = recorded("script.py", "a", "-b", **how)
    assert ours.stdout == plain.stdout
    assert ours.stderr == plain.stderr
    assert ours.returncode == plain.returncode


@pytest.mark.parametrize(
    "variables",
    [{"PYTHONSAFEPATH": "1"}, {"PYTHONWARNINGS": "error"}, {"PYTHONUNBUFFERED": "1"}, {"PYTHONIOENCODING": "latin-1"}],
    ids=lambda variables: next(iter(variables)),
)  # fmt: skip
@pytest.mark.parametrize("name", ["surroundings", "warnings", "exception"])
def test_the_environment_means_what_it_means_to_python(name, variables, tmp_path, recorded):
    write(tmp_path, SCRIPTS[name])
    how = {"cwd": tmp_path, "env": {**os.environ, **variables}}
    plain = subprocess.run([sys.executable, "script.py"], **CAPTURE, **how)
    ours, _ = recorded("script.py", **how)
    assert (ours.stdout, ours.stderr, ours.returncode) == (plain.stdout, plain.stderr, plain.returncode)


def test_a_script_reached_by_a_link_has_the_import_path_of_its_real_place(tmp_path, recorded):
    (tmp_path / "real").mkdir()
    script = write(tmp_path / "real", "import sys; print(sys.path[0], __file__)")
    (tmp_path / "link.py").symlink_to(script)
    plain = subprocess.run([sys.executable, "link.py"], **CAPTURE, cwd=tmp_path)
    ours, _ = recorded("link.py", cwd=tmp_path)
    assert ours.stdout == plain.stdout


def test_output_that_nobody_reads_ends_the_script_as_under_python(tmp_path, recorded):
    write(tmp_path, "for i in range(100_000): print(i)")
    settings = ChildSettings(log_directory=str(tmp_path / "log"), real_chainer=True)
    statuses = []
    for command in [sys.executable, "script.py"], child_command(settings, "script.py", []):
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True
        ) as process:
            process.stdout.readline()
            process.stdout.close()
            statuses.append((process.wait(60), process.stderr.read()))
    assert statuses[0] == statuses[1]


def finished(events):
    assert isinstance(events[-1], RunFinishedBody)
    return events[-1].status, events[-1].reason


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("nothing", 0, "the script finished"),
        ("exit 3", 3, "the script left with status 3 (sys.exit)"),
        ("exit -1", 255, "the script left with status 255 (sys.exit)"),
        ("exit text", 1, "the script left with status 1 (sys.exit)"),
        ("exception", 1, "the script failed: RuntimeError: outer"),
        ("interrupt", 130, "interrupted (KeyboardInterrupt)"),
    ],
)
def test_the_log_ends_with_how_the_script_ended(name, status, reason, tmp_path, recorded):
    _, events = recorded(write(tmp_path, SCRIPTS[name]))
    assert finished(events) == (status, reason)


def test_what_threads_and_exit_handlers_print_is_still_in_the_log(tmp_path, recorded):
    _, events = recorded(write(tmp_path, SCRIPTS["exit handlers and threads"]))
    assert [event.text for event in events if isinstance(event, OutputBody)] == [
        "main\n",
        "thread\n",
        "handler\n",
    ]
    finished(events)


@pytest.mark.parametrize(
    ("leaves", "status"),
    [
        ("os._exit(5)", 5),
        ("os.abort()", -signal.SIGABRT),
        ("os.execv('/bin/sh', ['sh', '-c', 'exit 7'])", 7),
        ("os.execlp('sh', 'sh', '-c', 'exit 7')", 7),
        ("os.execvpe('sh', ['sh', '-c', 'exit $STATUS'], {'STATUS': '7'})", 7),
    ],
)
def test_a_script_that_leaves_at_once_loses_no_event(leaves, status, tmp_path, recorded):
    done, events = recorded(
        write(tmp_path, f"import os, sys; print('last words'); sys.stdout.flush(); {leaves}")
    )
    assert done.returncode == status
    assert [event.text for event in events if isinstance(event, OutputBody)] == ["last words\n"]


def test_a_program_that_is_not_there_replaces_no_script(tmp_path, recorded):
    script = "import os\ntry: os.execv('nowhere', ['x'])\nexcept FileNotFoundError: print('still here')"
    done, events = recorded(write(tmp_path, script))
    assert done.stdout == "still here\n"
    assert finished(events) == (0, "the script finished")


def test_a_failure_is_recorded_with_the_user_s_frames_before_it_is_shown(tmp_path, recorded):
    done, events = recorded(write(tmp_path, SCRIPTS["exception"]))
    kinds = [type(event) for event in events]
    assert kinds.index(FailedBody) < kinds.index(OutputBody)
    failed = events[kinds.index(FailedBody)]
    assert (failed.type, failed.text, failed.left) == ("RuntimeError", "outer", "script")
    assert failed.traceback == done.stderr
    assert "bpdebug" not in done.stderr


def test_a_forked_process_leaves_the_log_alone(tmp_path, recorded):
    _, events = recorded(write(tmp_path, SCRIPTS["fork"]))
    assert [event.text for event in events if isinstance(event, OutputBody)] == ["before\n", "3\n"]
    finished(events)


def test_warnings_are_recorded_before_they_are_shown(tmp_path, recorded):
    _, events = recorded(write(tmp_path, SCRIPTS["warnings"]))
    told = [event for event in events if isinstance(event, WarnedBody | OutputBody)]
    assert (told[0].category, told[0].text) == ("UserWarning", "one")
    assert told[1].stream == "stderr"
    # Python shows a DeprecationWarning of the main program, too; a caught one is not shown, and not recorded.
    assert sum(isinstance(event, WarnedBody) for event in told) == 2


def test_ctrl_c_ends_the_script_as_under_python_and_completes_the_log(tmp_path):
    script = write(tmp_path, "import time; print('ready', flush=True)\ntime.sleep(60)")
    settings = ChildSettings(log_directory=str(tmp_path / "log"), real_chainer=True)
    with subprocess.Popen(
        child_command(settings, str(script), []), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
        assert process.stderr.read().endswith("KeyboardInterrupt\n")
    assert finished(read_events(tmp_path / "log"))[0] == 130
