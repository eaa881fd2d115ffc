"""When Python's cyclic garbage collector runs: not where there is much to look at and nothing to drop.

A collection goes through all objects that there are: of the hundred thousands that imported modules and widgets are
made of, it finds none to drop, and takes longer than to draw several frames.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

__all__ = ["collect_again", "held_off", "hold_off"]

_held_off = False


def hold_off() -> None:
    """Collect nothing until `collect_again`: what is made now stays."""
    global _held_off
    if gc.isenabled():
        gc.disable()
        _held_off = True


@contextlib.contextmanager
def held_off() -> Iterator[None]:
    """Collect nothing in the block; what is left of it is collected later, as ever."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def collect_again() -> None:
    """Collect from now on what is made from now on; of no effect without `hold_off` before it."""
    global _held_off
    if _held_off:
        _held_off = False
        gc.freeze()
        gc.enable()
