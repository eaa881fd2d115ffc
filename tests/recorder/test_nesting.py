"""Each thread nests on its own, whichever asked last, and whichever has ended meanwhile."""

from __future__ import annotations

import itertools
import threading

import pytest

from bpdebug.log.schema import NOTHING, Kind
from bpdebug.recorder import nesting

WAITING_S = 30.0


class Numbers:
    """Numbers threads as the writer of a log does."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.names: list[str] = []

    def thread(self, name: str) -> int:
        self.names.append(name)
        return next(self._numbers)


@pytest.fixture(params=["as it is", "in Python"])
def kinds(request, monkeypatch):
    """The classes of openers and threads in both ways to record."""
    if request.param == "in Python":
        monkeypatch.setattr(nesting, "ThreadState", nesting.ThreadStateInPython)
        return nesting.OpenerInPython, nesting.ThreadsInPython
    return nesting.Opener, nesting.Threads


def in_turns(works):
    """Let threads take turns, one piece of work each time; gives what the pieces gave, a list a thread."""
    found, turn = [[] for _ in works], threading.Condition()
    whose = [0]

    def run(mine):
        for piece in works[mine]:
            with turn:
                assert turn.wait_for(lambda: whose[0] == mine, WAITING_S)
                found[mine].append(piece())
                whose[0] = (mine + 1) % len(works)
                turn.notify_all()

    threads = [
        threading.Thread(target=run, args=(mine,), name=f"worker-{mine}") for mine in range(len(works))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAITING_S)
    return found


def test_threads_that_take_turns_have_a_state_each(kinds):
    opener, threads_class = kinds
    numbers = Numbers()
    threads = threads_class(numbers)

    def enter(scope):
        threads.state.open(opener(Kind.scope_entered, scope, 1, scope, 0, None))
        return threads.state.scope

    works = [[lambda scope=scope: enter(scope) for scope in scopes] for scopes in ((1, 2, 3), (11, 12, 13))]
    assert in_turns(works) == [[1, 2, 3], [11, 12, 13]]
    assert numbers.names == [threading.current_thread().name, "worker-0", "worker-1"]
    assert threads.state.scope == NOTHING
    assert threads.state.number == 0


def test_a_thread_that_ended_leaves_nothing_to_the_next_one(kinds):
    """Though the system gives that one the same identity."""
    opener, threads_class = kinds
    threads = threads_class(Numbers())
    seen = []

    def run():
        seen.append((threads.state.number, threads.state.scope, list(threads.state.calls)))
        threads.state.open(opener(Kind.scope_entered, 1, 1, 7, 0, None))
        threads.state.calls.append("a link")

    for _ in range(20):
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(WAITING_S)
    assert seen == [(number, NOTHING, []) for number in range(1, 21)]
