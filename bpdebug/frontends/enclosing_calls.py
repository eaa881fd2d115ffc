"""Whether the calls that enclose an event still go on, seen from the stack of the thread.

A call of a link, a walk or an update that is interrupted while its end is told of (Ctrl-C, an exception of a signal
handler) would enclose for ever what the script does afterwards.
"""

from __future__ import annotations

import sys
from types import FrameType, ModuleType

from ..recorder.nesting import ThreadState

__all__ = ["EnclosingCalls"]


class EnclosingCalls:
    """Knows the frames of the engine package `engine` in which what encloses events begins and ends."""

    def __init__(self, engine: ModuleType) -> None:
        self._codes = {
            engine.link.announcing.announced.__code__,
            engine.backward_walk.Walk.run.__code__,
            engine.optimizer.GradientMethod.update.__code__,
        }

    def take_off(self, thread: ThreadState) -> None:
        """Called in the calling thread where such a call begins: take off what is open though no other goes on."""
        found = 0
        frame: FrameType | None = sys._getframe()
        while frame is not None and found < 2:
            found += frame.f_code in self._codes
            frame = frame.f_back
        if found < 2:  # the one that begins
            while thread.stack:
                thread.close(thread.stack[0].kind)
            thread.calls.clear()
