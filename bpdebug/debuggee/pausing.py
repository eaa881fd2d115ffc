"""Pauses a script that makes no event: it loads data, computes in plain NumPy, or sleeps.

A pause takes effect at the next event. Where none comes for a moment, a signal interrupts the main thread between two
of its own bytecodes, and it waits there. Not where the debugger's or the engine's code is at work: an event is about to
come there, and locks may be held.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable
from types import FrameType

__all__ = ["interrupt_main_thread_soon", "pause_at_signal"]

_SIGNAL = getattr(signal, "SIGRTMIN", None)
_PATIENCE_S = 0.3


def pause_at_signal(is_ours: Callable[[str], bool], pause: Callable[[], None]) -> None:
    """From now on the signal calls `pause`, unless code that `is_ours` (by its file) is at work; in the main thread."""
    if _SIGNAL is None:  # not on this system: a pause waits for the next event
        return

    def handle(number: int, frame: FrameType | None) -> None:
        while frame is not None and not is_ours(frame.f_code.co_filename):
            frame = frame.f_back
        # The outermost frames are those that run the script.
        if frame is None or frame.f_code.co_name == "run":
            pause()

    signal.signal(_SIGNAL, handle)


def interrupt_main_thread_soon(still_wanted: Callable[[], bool]) -> None:
    """Send the signal in a moment, if `still_wanted()` then."""
    if _SIGNAL is None:
        return

    def send() -> None:
        ident = threading.main_thread().ident
        if still_wanted() and ident is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pthread_kill(ident, _SIGNAL)

    timer = threading.Timer(_PATIENCE_S, send)
    timer.daemon = True
    timer.start()
