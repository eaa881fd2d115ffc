"""What goes wrong with a device while a run is recorded."""

from __future__ import annotations

import time
from typing import Any

__all__ = ["DeviceFault", "wait"]

_WAIT_S = 600.0
"""So long the writer's thread waits for the device at most; then the recording stops, and the training goes on."""
_SHORTEST_S, _LONGEST_S = 2e-5, 2e-3
_MOMENT_S = 1e-4
_NOT_READY = 600
"""cudaErrorNotReady; any other number but 0 tells of a fault."""


class DeviceFault(OSError):
    """The device didn't give what it was to fetch: the log can't be written any further."""


def wait(runtime: Any, event: Any, impatient: bool = False) -> None:
    """Return when the device has come to `event`; gives the interpreter away meanwhile.

    Args:
        runtime: of the array library, with CuPy's `eventQuery`.
        impatient: keep the interpreter for a moment, in which the device is likely to come to it.

    Raises:
        DeviceFault: the device has failed, or it took longer than anybody would wait.
    """
    began, pause = 0.0, _SHORTEST_S
    while code := runtime.eventQuery(event.ptr):
        if code != _NOT_READY:
            raise DeviceFault(f"the device has failed (CUDA error {code})")
        now = time.monotonic()
        began = began or now
        if impatient and now - began < _MOMENT_S:
            continue
        if now - began > _WAIT_S:
            raise DeviceFault(f"the device hasn't finished its work in {_WAIT_S:.0f} seconds")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_S)
