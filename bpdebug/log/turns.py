"""When the thread that writes has its turn."""

from __future__ import annotations

from ..native import part
from .alarm import Alarm

__all__ = ["Turns", "TurnsInPython"]


class TurnsInPython:
    """Between the training and one thread that writes what it leaves; any thread may call what the training calls."""

    are_offered = False
    """Whether it is worth while to wait for a turn."""

    def __init__(self) -> None:
        self._woken, self._bell = Alarm(), Alarm()

    def wake(self) -> None:
        """There is something to write."""
        self._woken.set()

    def hurry(self) -> None:
        """Write now."""
        self._bell.set()
        self._woken.set()

    def offer(self) -> None:
        """Let the thread that writes have the interpreter until it has taken what it writes, if it waits for a turn."""

    # ---- what the thread that writes calls --------------------------------------------------------------------

    def sleep(self) -> None:
        """Wait until there is something to write."""
        self._woken.wait()

    def rest(self, seconds: float) -> None:
        """Wait until a turn is offered, or somebody is in a hurry; `seconds` at most."""
        if seconds > 0:
            self._bell.wait(seconds)

    def begin(self) -> None:
        """What was said until now is heard: whoever speaks from here on speaks of the next time."""
        self._bell.clear()
        self._woken.clear()

    def taken(self) -> None:
        """What is to be written is taken: the training may go on."""


_native = part("turns")
Turns: type[TurnsInPython] = TurnsInPython if _native is None else _native.Turns
