import threading

import numpy as np

from bpdebug.tui.widgets.background import SMALL, Background, Failure


def test_small_work_is_done_at_once() -> None:
    background = Background(lambda: None)
    assert background.ask("a", lambda: 7, 10) == 7


def test_big_work_is_done_elsewhere_once_and_announced() -> None:
    announced = threading.Event()
    threads = []

    def compute() -> int:
        threads.append(threading.current_thread())
        return 7

    background = Background(announced.set)
    assert background.ask("a", compute, SMALL + 1) is None
    assert announced.wait(10)
    assert background.ask("a", compute, SMALL + 1) == 7
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    background.close()


def test_the_latest_question_is_answered_first() -> None:
    gate, done = threading.Event(), threading.Event()
    order = []

    def wait() -> str:
        gate.wait(10)
        return "first"

    def note(name: str) -> str:
        order.append(name)
        if len(order) == 2:
            done.set()
        return name

    background = Background(lambda: None)
    background.ask("first", wait, SMALL + 1)
    while background._working_on != "first":
        threading.Event().wait(0.001)
    background.ask("old", lambda: note("old"), SMALL + 1)
    background.ask("new", lambda: note("new"), SMALL + 1)
    gate.set()
    assert done.wait(10)
    assert order == ["new", "old"]
    background.close()


def test_a_computation_that_raises_gives_a_failure() -> None:
    def fail() -> None:
        raise ValueError("no bytes")

    found = Background(lambda: None).ask("a", fail, 1)
    assert isinstance(found, Failure)
    assert str(found) == "no bytes"


def test_nothing_is_computed_after_closing() -> None:
    computed = []
    background = Background(lambda: None)
    background.close()
    assert background.ask("a", lambda: computed.append(1), SMALL + 1) is None
    assert background._thread is None
    assert not computed


def test_old_big_arrays_are_let_go_but_never_the_newest() -> None:
    background = Background(lambda: None)
    made = []

    def compute() -> np.ndarray:
        made.append(1)
        return np.broadcast_to(np.float64(0), (10 << 20,)).view()  # 80 MiB as counted, 8 bytes in truth

    for name in "abab":
        background.ask(name, compute, 1)
    assert len(made) == 4, "two of these are more than is kept"
    background.ask("b", compute, 1)
    assert len(made) == 4
