"""The lock of a run that is written: one thread at a time, as often as it likes, and whoever waits gets it."""

from __future__ import annotations

import random
import signal
import threading
import time

import pytest

from bpdebug.native import part

native = part("mutex")
pytestmark = pytest.mark.skipif(native is None, reason="the compiled parts are not there")

WAITING_S = 30.0
"""Longer than any wait here takes, so that a lock that nobody gets fails a test instead of stopping it."""


@pytest.fixture(params=["compiled", "Python"])
def mutex(request):
    return native.Mutex() if request.param == "compiled" else threading.RLock()


def in_thread(work):
    """Run `work` in a thread; gives what it returned."""
    found = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True)
    thread.start()
    thread.join(WAITING_S)
    assert found, "the thread still waits, or failed"
    return found[0]


def test_one_thread_takes_it_several_times(mutex):
    with mutex, mutex:
        assert mutex.acquire()
        assert not in_thread(lambda: mutex.acquire(blocking=False))
        mutex.release()
        assert not in_thread(lambda: mutex.acquire(blocking=False))
    assert in_thread(lambda: mutex.acquire(blocking=False) and (mutex.release() or True))


def test_only_its_owner_gives_it_back(mutex):
    def give():
        with pytest.raises(RuntimeError):
            mutex.release()
        return True

    assert give()
    with mutex:
        assert in_thread(give)
        assert not in_thread(lambda: mutex.acquire(blocking=False))
    assert in_thread(lambda: mutex.acquire(blocking=False))


def test_who_waits_gets_it_and_nobody_comes_between_two_steps(mutex):
    counted = [0]
    steps, workers = 300, 8

    def work(chance):
        for _ in range(steps):
            with mutex:
                with mutex:
                    seen = counted[0]
                if chance.random() < 0.1:
                    time.sleep(0)  # gives the interpreter away in the midst
                counted[0] = seen + 1

    threads = [
        threading.Thread(target=work, args=(random.Random(seed),), daemon=True) for seed in range(workers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAITING_S)
    assert not any(thread.is_alive() for thread in threads)
    assert counted[0] == steps * workers


def test_a_condition_waits_with_it(mutex):
    condition = threading.Condition(mutex)
    said = []

    def answer():
        with condition:
            said.append("answer")
            condition.notify_all()
        return True

    with mutex, condition:  # taken twice: all of it is given back while it waits
        threading.Thread(target=answer, daemon=True).start()
        assert condition.wait_for(lambda: said, WAITING_S)
        assert not in_thread(lambda: mutex.acquire(blocking=False))
    assert in_thread(lambda: mutex.acquire(blocking=False))


def test_a_handler_that_raises_ends_the_waiting(mutex):
    class Interrupted(Exception):
        pass

    def interrupt(number, frame):
        raise Interrupted

    held, done = threading.Event(), threading.Event()

    def hold():
        with mutex:
            held.set()
            done.wait(WAITING_S)

    holder = threading.Thread(target=hold, daemon=True)
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        holder.start()
        assert held.wait(WAITING_S)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(Interrupted):
            mutex.acquire()
    finally:
        signal.signal(signal.SIGALRM, before)
        done.set()
    holder.join(WAITING_S)
    assert mutex.acquire()
    mutex.release()
    assert in_thread(lambda: mutex.acquire(blocking=False))


def test_a_handler_that_returns_does_not_end_the_waiting(mutex):
    """It may change hands meanwhile: who came then without waiting must be waited for, too."""
    inside, held, done = [], threading.Event(), threading.Event()

    def hold():
        with mutex:
            held.set()
            done.wait(WAITING_S)

    def hold_next():
        with mutex:
            inside.append("second")
            time.sleep(0.1)
            inside.remove("second")

    first, second = (
        threading.Thread(target=hold, daemon=True),
        threading.Thread(target=hold_next, daemon=True),
    )

    def change_hands(number, frame):
        done.set()
        first.join(WAITING_S)
        second.start()
        while "second" not in inside:
            time.sleep(0.001)

    before = signal.signal(signal.SIGALRM, change_hands)
    try:
        first.start()
        assert held.wait(WAITING_S)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with mutex:
            assert inside == []
    finally:
        signal.signal(signal.SIGALRM, before)
    second.join(WAITING_S)
    assert not second.is_alive()
    assert in_thread(lambda: mutex.acquire(blocking=False))
