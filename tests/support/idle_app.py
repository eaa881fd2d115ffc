"""Waits until an app has nothing left to do, for Pilot: sooner than Textual's own wait knows.

Textual sleeps for 20 ms, again until it has used next to no processor time in them: three times a key that is pressed.
"""

from __future__ import annotations

import threading
from asyncio import sleep
from time import monotonic, process_time
from typing import Any

from textual import _wait
from textual._context import active_app

__all__ = ["wait_for_idle"]

_SLICE_S = 0.005
_THREADS = ("asyncio_", "bpdebug-")
"""How the names of threads begin that may have something to do for the screen."""
_WRITES_LOG = "bpdebug-log"
"""That one has not: who writes a log waits for it."""


async def wait_for_idle(min_sleep: float = 0.0, max_sleep: float = 1.0) -> None:
    """Take the place of `textual._wait.wait_for_idle`, with the same arguments, in seconds.

    What waits for the next sixtieth of a second is drawn, and what follows from it waited for. A thread that another
    program keeps from the processor can't be seen, so beside one the slices are as long as Textual's.
    """
    began = monotonic()
    while True:
        slice_s = _wait.SLEEP_GRANULARITY if _threads_may_work() else _SLICE_S
        used = process_time()
        await sleep(slice_s)
        used = process_time() - used
        waited = monotonic() - began
        if waited >= max_sleep:
            return
        if waited > min_sleep and used < slice_s / 20 and not _draws():
            return


def _threads_may_work() -> bool:
    names = (thread.name for thread in threading.enumerate())
    return any(name.startswith(_THREADS) and name != _WRITES_LOG for name in names)


def _draws() -> bool:
    """Draw what is to be drawn; whether anything was."""
    app: Any = active_app.get(None)
    if app is None or not app.is_running:
        return False
    timers = [(screen, screen._update_timer) for screen in app.screen_stack]
    waiting = [screen for screen, timer in timers if timer._task is not None and timer._active.is_set()]
    for screen in waiting:
        screen._on_timer_update()
    return bool(waiting) or app._resize_event is not None
