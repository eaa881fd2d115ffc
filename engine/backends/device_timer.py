"""How long work takes on a device: by events in its queue, for which nobody waits while the work goes on."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

__all__ = ["DeviceTimer", "timers_of"]

_KEPT = 4096
"""Events that are used again, as making one takes longer than recording it; of each device."""


class DeviceTimer:
    """The time between its making and `stop`, in the current stream of the current device.

    Attributes:
        end: the event behind the work; None where the device gave none.
        runtime: of the array library: its `eventQuery(end.ptr)` says whether the device has come to `end`.
    """

    __slots__ = ("_begin", "_cuda", "_spare", "end", "runtime")

    def __init__(self, cuda: Any, spare: dict[int, list[Any]]) -> None:
        self._cuda = cuda
        self.runtime = cuda.runtime
        self._spare = spare.setdefault(cuda.runtime.getDevice(), [])
        self.end: Any = None
        self._begin = self._event()

    def stop(self) -> None:
        """The work has been put into the queue; no exception comes from here."""
        try:
            self.end = self._event()
        except Exception:
            self.end = None

    def elapsed_ns(self) -> int:
        """Nanoseconds of the device, once it has come to `end`; to be asked once."""
        begin, end = self._begin, self.end
        took_ns = round(self._cuda.get_elapsed_time(begin, end) * 1e6)
        if len(self._spare) < _KEPT:
            self._spare += (begin, end)
        return took_ns

    def _event(self) -> Any:
        try:
            event = self._spare.pop()
        except IndexError:
            event = self._cuda.Event()
        event.record()
        return event


def timers_of(cuda: Any) -> Callable[[], DeviceTimer]:
    """What makes timers with the part `cuda` of an array module, such as CuPy's."""
    return functools.partial(DeviceTimer, cuda, {})
