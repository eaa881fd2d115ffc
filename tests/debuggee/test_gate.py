"""When a live run stops, and when it goes on."""

import queue
import threading
import time

import pytest

from bpdebug.breakpoints.live import LiveStops
from bpdebug.debuggee.gate import Gate
from bpdebug.log.definition_records import ScopeDefinition
from bpdebug.log.schema import Kind, Phase
from bpdebug.protocol import Answer, Evaluate, Go, Pause, Paused, SetBreakpoints
from bpdebug.stepping import Breakpoint, UntilOver, UntilSeq, UntilStop


class Names:
    """The name lists of a log with one scope and two labels."""

    texts = ["linear", "relu"]
    scopes = [ScopeDefinition(id=0, path="MLP.l1", cls="Linear")]
    sites: list = []
    sources: list = []
    ops: list = []
    variables: list = []


class Left(BaseException):
    """Raised in place of ending the process."""


class Training:
    """A thread that makes events, and the gate that it runs through."""

    def __init__(self):
        self.told = queue.Queue()
        self.passed = queue.Queue()
        self.flushed = []
        self.left = threading.Event()
        self.gate = Gate(
            LiveStops(Names()), lambda: self.flushed.append(self.made), self.told.put, self.leave
        )
        self.made = -1
        self.orders = queue.Queue()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def leave(self):
        self.left.set()
        raise Left

    def work(self):
        while (header := self.orders.get()) is not None:
            self.made += 1
            try:
                self.gate({**header, "seq": self.made})
            except Left:
                return
            self.passed.put(self.made)

    def event(self, kind=Kind.forward, label=0, depth=0, scope=0):
        self.orders.put(
            {
                "kind": int(kind), "label": label, "depth": depth, "scope": scope, "phase": int(Phase.forward),
                "iteration": 0, "site": 0xFFFFFFFF, "node": 1, "flags": 0, "value": 0.0, "thread": 0,
                "body": None, "arrays": {},
            }
        )  # fmt: skip


@pytest.fixture
def training():
    running = Training()
    yield running
    running.orders.put(None)
    running.gate.debugger_gone()
    running.thread.join(5)
    assert not running.thread.is_alive()


def next_pause(training):
    message = training.told.get(timeout=5)
    return message.seq, message.why


def goes_on(training):
    return training.passed.get(timeout=5)


def test_a_run_begins_paused_at_its_first_event_with_the_log_on_disk(training):
    training.event(Kind.run_started)
    assert next_pause(training) == (0, "start")
    assert training.flushed == [0]
    assert training.passed.empty()


def test_a_step_goes_on_by_one_event(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilSeq(1)))
    assert goes_on(training) == 0
    training.event()
    assert next_pause(training) == (1, "step")


def test_stepping_over_passes_what_is_nested(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilOver(0)))
    for depth in 1, 2, 1, 0:
        training.event(depth=depth)
    assert next_pause(training) == (4, "step")


def test_a_pause_stops_a_free_run_at_its_next_event(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilStop()))
    training.event()
    assert [goes_on(training), goes_on(training)] == [0, 1]
    training.gate.receive(Pause())
    training.event()
    assert next_pause(training) == (2, "pause")


def test_a_pause_that_comes_too_late_does_not_stop_the_next_run(training):
    training.event()
    next_pause(training)
    training.gate.receive(Pause())
    training.gate.receive(Go(goal=UntilStop()))
    training.event()
    assert [goes_on(training), goes_on(training)] == [0, 1]


def test_a_free_run_stops_where_something_fails(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilStop()))
    training.event(Kind.failed)
    assert next_pause(training) == (1, "failed")


def test_a_breakpoint_stops_on_the_way_to_the_goal_and_can_be_taken_away(training):
    training.event()
    next_pause(training)
    breakpoint_on_relu = Breakpoint(kind=Kind.forward, scope="MLP.l1", label="relu")
    training.gate.receive(SetBreakpoints(breakpoints=[breakpoint_on_relu]))
    training.gate.receive(Go(goal=UntilStop()))
    training.event(label=0)
    training.event(label=1)
    assert next_pause(training) == (2, "breakpoint")
    training.gate.receive(SetBreakpoints(breakpoints=[]))
    training.gate.receive(Go(goal=UntilStop()))
    training.event(label=1)
    assert [goes_on(training) for _ in range(4)] == [0, 1, 2, 3]


def test_an_event_of_another_thread_waits_while_the_run_is_paused(training):
    training.event()
    next_pause(training)
    other_passed = threading.Event()

    def other():
        training.gate({"kind": int(Kind.forward), "seq": 1, "depth": 0, "flags": 0})
        other_passed.set()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    assert not other_passed.wait(0.05)
    training.gate.receive(Go(goal=UntilSeq(5)))
    assert other_passed.wait(5)
    thread.join()


def test_the_end_of_the_run_is_not_a_stop(training):
    training.event(Kind.run_finished)
    assert goes_on(training) == 0


def test_a_paused_run_whose_debugger_is_gone_ends(training):
    training.event()
    next_pause(training)
    training.gate.debugger_gone()
    assert training.left.wait(5)


def test_a_running_run_whose_debugger_is_gone_ends_at_its_next_event(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilStop()))
    goes_on(training)
    training.gate.debugger_gone()
    training.event()
    assert training.left.wait(5)


def test_a_pause_that_comes_together_with_the_goal_of_a_step_is_the_reason(training):
    training.event()
    next_pause(training)
    training.gate.receive(Go(goal=UntilSeq(1)))
    training.gate.receive(Pause())
    training.event()
    assert next_pause(training) == (1, "pause")


def test_a_pause_says_which_go_was_the_latest_to_come(training):
    training.event()
    assert training.told.get(timeout=5).go == 0
    training.gate.receive(Go(goal=UntilSeq(1), number=7))
    training.event()
    assert training.told.get(timeout=5).go == 7


def test_a_pause_that_an_order_makes_is_told_apart_from_one_after_the_latest_go(training):
    training.event()
    next_pause(training)

    def carry_out(order, header):
        training.gate({**header, "seq": 1})
        training.gate.receive(Go(goal=UntilStop(), number=1))
        return "done"

    training.gate.carry_out = carry_out
    training.gate.receive(Evaluate(number=3, text="f(x)"))
    told = [training.told.get(timeout=5) for _ in range(2)]
    assert told == [
        Paused(seq=1, why="console", go=0),
        Answer(number=3, text="done"),
    ]  # 0: from before that Go
    assert goes_on(training) == 0


def test_orders_are_carried_out_before_the_run_goes_on(training):
    training.event()
    next_pause(training)
    done = []

    def carry_out(order, header):
        if not done:
            training.gate.receive(Evaluate(number=2, text="g(x)"))
            training.gate.receive(Go(goal=UntilStop(), number=1))
        done.append(order.text)
        return ""

    training.gate.carry_out = carry_out
    training.gate.receive(Evaluate(number=1, text="f(x)"))
    assert goes_on(training) == 0
    assert done == ["f(x)", "g(x)"]


def test_a_pause_while_an_order_is_carried_out_keeps_the_run_where_it_is(training):
    training.event()
    next_pause(training)

    def carry_out(order, header):
        training.gate.receive(Go(goal=UntilStop(), number=1))
        threading.Thread(target=training.gate.receive, args=(Pause(),), daemon=True).start()
        for _ in range(1000):
            time.sleep(0.01)
        return ""

    training.gate.carry_out = carry_out
    training.gate.receive(Evaluate(number=1, text="f(x)"))
    told = [training.told.get(timeout=5) for _ in range(2)]
    assert told == [Paused(seq=0, why="pause", go=1), Answer(number=1, text="interrupted")]
    assert training.passed.empty()
