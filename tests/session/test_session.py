"""A live run from the debugger's side: its states, its steps, and all the ways in which it can end."""

import os
import queue
import signal
import threading
import time

import pytest

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.session import Session
from bpdebug.stepping import Breakpoint, UntilOut, UntilSeq, UntilStop
from bpdebug.timeline import Timeline

LONG_S = 30
"""How long a test waits for what must happen."""

STEPS = """
import numpy as np
import chainer.functions as F
from chainer import Variable
x = Variable(np.arange(3, dtype="f"))
for i in range(1000):
    y = F.relu(x)
    y = F.sum(y)
print("done")
"""


@pytest.fixture
def start(tmp_path):
    """Starts a session on the text of a script, and ends it after the test."""
    sessions = []

    def start(text, *args, ready=True):
        script = tmp_path / "script.py"
        script.write_text(text)
        session = Session.start(str(script), list(args), tmp_path / "log")
        sessions.append(session)
        if ready:
            assert session.wait_for("paused", timeout_s=LONG_S), session.why
        return session

    yield start
    for session in sessions:
        session.terminate()
        assert session.wait(LONG_S)


def kinds(session):
    with LogReader(session.directory) as reader:
        return [Kind(kind) for kind in reader.index["kind"]]


def go(session, goal):
    """Go on and wait for the next pause or the end."""
    session.go(goal)
    session.wait_for("paused", timeout_s=LONG_S)
    return session.paused_at


def test_a_session_begins_paused_at_the_first_event_before_the_script_runs(start, tmp_path):
    session = start(f"open({str(tmp_path / 'ran')!r}, 'w')")
    assert (session.state, session.paused_at, session.why) == ("paused", 0, "start")
    assert kinds(session) == [Kind.run_started]
    assert not (tmp_path / "ran").exists()


def test_the_script_s_text_is_in_the_log_before_it_has_done_anything(start, tmp_path):
    session = start(STEPS)
    with LogReader(session.directory) as reader:
        assert [(source.path, source.text) for source in reader.sources] == [
            (str(tmp_path / "script.py"), STEPS)
        ]


def test_each_step_lets_the_child_make_one_event_that_can_be_read_at_once(start):
    session = start(STEPS)
    for seq in 1, 2, 3:
        assert go(session, UntilSeq(seq)) == seq
        assert session.why == "step"
        assert len(kinds(session)) == seq + 1


def test_a_run_to_its_end_says_so_and_leaves_a_whole_log(start):
    session = start(STEPS)
    assert go(session, UntilStop()) is None
    assert (session.state, session.why) == ("ended", "the script finished")
    assert session.wait(LONG_S)
    assert session.exit_status == 0
    assert kinds(session)[-2:] == [Kind.output, Kind.run_finished]


def test_the_script_gets_its_arguments_and_no_input(start):
    session = start("import sys; print(sys.argv[1:], repr(sys.stdin.read()))", "--epoch", "3")
    go(session, UntilStop())
    with LogReader(session.directory) as reader:
        assert reader.body(1).text == "['--epoch', '3'] ''\n"


def test_a_free_run_can_be_paused(start):
    session = start("import time\n" + STEPS.replace("range(1000)", "iter(int, 1)"))
    session.go(UntilStop())
    assert session.state == "running"
    session.pause()
    assert session.wait_for("paused", timeout_s=LONG_S)
    assert session.why == "pause"
    # Exactly up to there: the child waits.
    assert len(kinds(session)) == session.paused_at + 1


def test_a_breakpoint_stops_a_free_run(start):
    session = start(STEPS)
    session.set_breakpoints([Breakpoint(kind=Kind.forward, label="sum")])
    assert go(session, UntilStop()) == 2
    assert session.why == "breakpoint"
    session.set_breakpoints([])
    assert go(session, UntilOut(0)) is None


def test_a_failure_stops_a_free_run_before_the_script_is_over(start):
    session = start("1 / 0")
    assert go(session, UntilStop()) == 1
    assert session.why == "failed"
    go(session, UntilStop())
    assert (session.why, session.exit_status) == ("the script failed: ZeroDivisionError: division by zero", 1)


HARD = "without finishing (os._exit, or another program in its place)"


@pytest.mark.parametrize(
    ("text", "status", "why"),
    [
        ("import sys; sys.exit(4)", 4, "the script left with status 4 (sys.exit)"),
        ("import os; os._exit(3)", 3, f"ended with status 3 {HARD}"),
        ("import os; os._exit(0)", 0, f"ended with status 0 {HARD}"),
        ("import os; os.kill(os.getpid(), 9)", 137, "killed by signal 9 (SIGKILL)"),
        ("import os; os.kill(os.getpid(), 11)", 139, "killed by signal 11 (SIGSEGV)"),
        ("raise KeyboardInterrupt", 130, "interrupted (KeyboardInterrupt)"),
        ("raise ValueError('a\\n\\nb: c')", 1, "the script failed: ValueError: a b: c"),
        ("x = = 3", 1, "the script failed: SyntaxError: invalid syntax"),
        ("import atexit, os; atexit.register(os._exit, 7)", 7, f"ended with status 7 {HARD}"),
    ],
)  # fmt: skip
def test_every_way_to_end_is_told(start, text, status, why):
    session = start(text)
    while session.state != "ended":
        go(session, UntilStop())
    assert session.wait(LONG_S)
    assert (session.exit_status, session.paused_at) == (status, None)
    assert session.why.startswith(why)
    with LogReader(session.directory) as reader:
        assert reader.problem == ""
        assert Timeline(reader).reason_for_end().startswith(why)


def test_a_child_killed_while_it_is_paused_ends_the_session(start):
    session = start(STEPS)
    go(session, UntilSeq(5))
    os.kill(session.pid, signal.SIGKILL)
    assert session.wait(LONG_S)
    assert (session.state, session.why) == ("ended", "killed by signal 9 (SIGKILL)")
    assert len(kinds(session)) == 6


def test_commands_to_an_ended_child_do_nothing(start):
    session = start("")
    go(session, UntilStop())
    assert session.wait(LONG_S)
    session.go(UntilSeq(9))
    session.pause()
    session.set_breakpoints([])
    session.terminate()
    assert session.state == "ended"


def test_each_change_of_state_is_called_out_on_the_session_s_own_thread(start):
    session = start("print(1)")
    seen = []
    session.on_change = lambda: seen.append((session.state, session.why, threading.current_thread().name))
    go(session, UntilSeq(1))
    go(session, UntilStop())
    assert session.wait(LONG_S)
    assert seen == [
        ("paused", "step", "bpdebug-session"),
        ("ended", "the script finished", "bpdebug-session"),
    ]


@pytest.mark.parametrize("state", ["paused", "busy", "stubborn"])
def test_terminate_ends_the_child_whatever_it_does(start, state):
    text = {
        "paused": STEPS,
        "busy": "print(1)\nwhile True: pass",
        "stubborn": "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(1)\ntime.sleep(99)",
    }
    session = start(text[state])
    if state != "paused":
        go(session, UntilSeq(1))
        session.go(UntilStop())
    session.terminate()
    assert session.wait(LONG_S)
    assert session.why == "ended by the debugger"
    with pytest.raises(ProcessLookupError):
        os.kill(session.pid, 0)


def test_terminate_writes_the_end_of_a_paused_run_into_its_log(start):
    session = start(STEPS)
    go(session, UntilSeq(3))
    session.terminate()
    assert session.wait(LONG_S)
    with LogReader(session.directory) as reader:
        assert reader.finished
        assert reader.body(len(reader) - 1).reason == "ended by the debugger"


def test_terminate_ends_what_the_script_has_started(start):
    session = start(
        "import subprocess\n"
        "child = subprocess.Popen(['sleep', '600'])\n"
        "print(child.pid)\n"
        "child.wait()\n"
    )  # fmt: skip
    go(session, UntilSeq(1))
    with LogReader(session.directory) as reader:
        grandchild = int(reader.body(1).text)
    session.terminate()
    assert session.wait(LONG_S)
    deadline = time.monotonic() + LONG_S
    while is_alive(grandchild):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_child_ends_when_its_debugger_is_gone(start):
    session = start(STEPS)
    # What the kernel does when the debugger is killed.
    session._process.socket.shutdown(2)
    assert session.wait(LONG_S)
    assert session.exit_status == 143


def test_print_is_recorded_and_what_goes_past_it_is_raw_output(start):
    session = start(
        "import os, subprocess, sys\n"
        "print('recorded')\n"
        "os.write(1, b'past it\\n')\n"
        "subprocess.run(['echo', 'from a program'])\n"
        "os.write(2, b'and stderr\\n')\n"
        "print(sys.stdout.isatty(), sys.stdout.encoding, file=sys.stderr)\n"
    )
    go(session, UntilStop())
    assert session.wait(LONG_S)
    assert sorted(session.take_raw_output().splitlines()) == [b"and stderr", b"from a program", b"past it"]
    assert session.take_raw_output() == b""
    with LogReader(session.directory) as reader:
        texts = [
            reader.body(seq).text for seq in range(len(reader)) if reader.index["kind"][seq] == Kind.output
        ]
    assert texts == ["recorded\n", "False utf-8\n"]


def test_a_flood_past_print_neither_blocks_the_child_nor_fills_the_memory(start):
    session = start("import os\nfor _ in range(300): os.write(1, b'x' * 65536)\nos.write(1, b'end')")
    go(session, UntilStop())
    assert session.wait(LONG_S)
    assert len(session.raw_output) <= 1 << 20
    assert session.raw_output.endswith(b"xend")


def test_a_forked_process_of_the_script_neither_stops_nor_speaks_for_it(start):
    session = start(
        "import os, sys, warnings\n"
        "warnings.simplefilter('ignore')  # of a fork with threads around\n"
        "import numpy as np\n"
        "import chainer.functions as F\n"
        "if os.fork() == 0:\n"
        "    F.relu(np.ones(3, 'f'))\n"
        "    print('from the fork', flush=True)\n"
        "    sys.exit(5)\n"
        "print(os.wait()[1] >> 8)\n"
        "F.relu(np.ones(3, 'f'))\n"
    )
    go(session, UntilStop())
    assert session.wait(LONG_S)
    assert session.exit_status == 0
    assert kinds(session) == [Kind.run_started, Kind.output, Kind.forward, Kind.run_finished]
    assert session.raw_output == b"from the fork\n"


def test_a_script_that_makes_no_event_is_paused_where_it_is(start):
    session = start("import time\nstate = 'sleeping'\nwhile True:\n    time.sleep(0.01)\n")
    answers = queue.Queue()
    session.on_answer = lambda number, text: answers.put(text)
    session.go(UntilStop())
    session.pause()
    assert session.wait_for("paused", timeout_s=LONG_S)
    assert (session.why, session.paused_at) == ("pause", 0)
    session.evaluate("state")
    assert answers.get(timeout=LONG_S) == "'sleeping'"
    session.go(UntilStop())
    assert session.state == "running"


SLOW = """
import time
import numpy as np
import chainer
class Slow(chainer.FunctionNode):
    def forward(self, inputs):
        return inputs
    def backward(self, indexes, gys):
        open('here', 'w').close()
        time.sleep(1)
        return gys
x = chainer.Variable(np.ones(3, "f"))
y = chainer.functions.sum(Slow().apply((x,))[0])
y.backward()
"""


def test_a_running_child_says_which_op_keeps_it_busy_and_for_how_long(start, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    session = start(SLOW)
    heard = threading.Event()
    session.on_activity = heard.set
    session.go(UntilStop())
    deadline = time.monotonic() + LONG_S
    while not (tmp_path / "here").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    session.ask_activity()
    assert heard.wait(LONG_S)
    activity = session.activity
    assert activity is not None
    assert activity.op == "Slow.backward"
    assert (os.path.basename(activity.path), activity.line) == ("script.py", 10)
    assert 0.05 < activity.since_s < 1
    session.pause()
    session.wait_for("paused", timeout_s=LONG_S)
    with LogReader(session.directory) as reader:
        assert activity.seq == session.paused_at - 1 == len(reader) - 2


def test_a_pause_told_by_an_order_is_none_once_the_run_was_told_to_go_on(start):
    session = start("import numpy as np\nimport chainer.functions as F\nimport time\nx = np.ones(3, 'f')\nF.relu(x)\n"
                    "time.sleep(60)\n")  # fmt: skip
    go(session, UntilSeq(1))
    answered = threading.Event()
    session.on_answer = lambda number, text: answered.set()
    session.evaluate("time.sleep(0.2); F.relu(x); time.sleep(0.2)")
    session.go(UntilStop())
    assert answered.wait(LONG_S)
    assert session.state == "running"
