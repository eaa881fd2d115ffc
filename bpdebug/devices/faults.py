"""What goes wrong with a device while a run is recorded."""

from __future__ import annotations

import time
from typing import Any

__all__ = ["DeviceFault", "wait"]

_WAIT_S = 600.0
"""So long the writer's thread waits for the device at most; then the recording stops, and the training goes on."""
_SHORTEST_S, _LONGEST_S = 2e-5, 2e-3


class DeviceFault(OSError):
    """The device didn't give what it was to fetch: the log can't be written any further."""


def wait(event: Any) -> None:
    """Return when the device has come to `event`; gives the interpreter away meanwhile.

    Raises:
        DeviceFault: it took longer than anybody would wait.
    """
    if event.done:
        return
    began, pause = time.monotonic(), _SHORTEST_S
    while not event.done:
        if time.monotonic() - began > _WAIT_S:
            raise DeviceFault(f"the device hasn't finished its work in {_WAIT_S:.0f} seconds")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_S)
