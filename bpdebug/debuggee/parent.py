"""The process that has started this one: whether it is still there, and what to do when it is not.

A script that nobody waits for must not train for ever. It is asked to end where it has said how it takes that, so that
it can save what it has; its log is closed in any case.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import NoReturn

__all__ = ["Parent", "ask_to_end", "end_with_workers"]

_LOOK_S = 0.002
_ANY_TIME_S = 10.0
"""The kernel closes the files of a process a little before its children get another parent; a busy one much."""


class Parent:
    """The parent that this process began with.

    Args:
        pid: of the parent; it may be gone by now, and its number somebody else's. 0: it isn't known.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def is_gone(self, within_s: float) -> bool:
        """Whether it ends within so many seconds, where a file that it held open was closed."""
        give_up_at = time.monotonic() + within_s
        while self._pid and os.getppid() == self._pid and time.monotonic() < give_up_at:
            time.sleep(_LOOK_S)
        return bool(self._pid) and os.getppid() != self._pid

    def watch(self, lifeline: int, on_gone: Callable[[], None]) -> None:
        """Call back from a daemon thread once it is gone.

        Args:
            lifeline: the end of a pipe that it holds the other end of.
            on_gone: what to do then.
        """
        os.set_inheritable(lifeline, False)

        def wait() -> None:
            try:
                os.read(lifeline, 1)
            except OSError:
                return  # the script has closed what it didn't open
            if self.is_gone(_ANY_TIME_S):
                on_gone()

        threading.Thread(target=wait, name="bpdebug-parent", daemon=True).start()


def ask_to_end() -> bool:
    """Send this process SIGTERM if the script handles it; whether it does."""
    if signal.getsignal(signal.SIGTERM) in (signal.SIG_DFL, signal.SIG_IGN):
        return False
    os.kill(os.getpid(), signal.SIGTERM)
    return True


def end_with_workers() -> NoReturn:
    """End this process at once, with what the script has started by `multiprocessing`: that would wait for ever."""
    process = os.getpid()
    multiprocessing = sys.modules.get("multiprocessing")
    workers = [] if multiprocessing is None else [worker.pid for worker in multiprocessing.active_children()]
    if not workers or not _forked():
        os.kill(process, signal.SIGKILL)
    # Another process ends the workers when this one is gone: else a thread of a pool would start others for them.
    if os.getpid() != process:
        os.kill(process, signal.SIGKILL)
        while os.getppid() == process:
            time.sleep(_LOOK_S)
        for worker in workers:
            with contextlib.suppress(OSError):
                os.kill(worker, signal.SIGTERM)
        os._exit(0)
    while True:
        time.sleep(_ANY_TIME_S)
        os.kill(process, signal.SIGKILL)


def _forked() -> bool:
    """Go on in two processes, if that can be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that there are threads: none is needed in the other one
        try:
            os.fork()
        except OSError:
            return False
        return True
