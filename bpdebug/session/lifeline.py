"""What the script's process holds on to, so that it notices when this one is gone, however it went."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["lifeline"]


@contextmanager
def lifeline() -> Iterator[int]:
    """The end of a pipe to start a process with; nothing is ever written to the other end, which only this one has.

    It ends with the context, or with this process: also where that is killed by a signal that nobody can catch.
    """
    theirs, ours = os.pipe()
    try:
        yield theirs
    finally:
        os.close(theirs)
        os.close(ours)
