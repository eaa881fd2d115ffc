"""A command that is asked to end takes its unfinished files with it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["unwinding"]


@contextmanager
def unwinding() -> Iterator[None]:
    """While the context lasts, SIGTERM and SIGHUP end the program by way of what is to be cleaned up."""
    # What was told to ignore them (nohup) goes on doing so.
    numbers = [one for one in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(one) == signal.SIG_DFL]
    try:
        for number in numbers:
            signal.signal(number, _end)
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
