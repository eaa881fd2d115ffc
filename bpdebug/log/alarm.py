"""What wakes the writer's thread."""

from __future__ import annotations

import threading

__all__ = ["Alarm"]


class Alarm:
    """Set by any thread, waited for by one.

    An event of `threading` is a lock, a condition and a list of waiters in Python. A thread that has slept finds none
    of that in its cache, many times a second; and a signal handler that sets one, in the midst of its being set by the
    same thread, waits for ever.
    """

    def __init__(self) -> None:
        self._silent = threading.Lock()
        self._silent.acquire()

    def set(self) -> None:
        """Wake who waits, or else who waits next."""
        try:  # noqa: SIM105 - `suppress` is Python, too
            self._silent.release()
        except RuntimeError:
            pass  # it was set already

    def wait(self, timeout: float = -1) -> bool:
        """Wait until it is set, and clear it.

        Args:
            timeout: seconds; -1: for ever.

        Returns:
            Whether it was set.
        """
        return self._silent.acquire(timeout=timeout)

    def clear(self) -> None:
        """Forget that it was set."""
        self._silent.acquire(blocking=False)
