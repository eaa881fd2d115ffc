"""How the C library keeps the memory of arrays that were freed."""

from __future__ import annotations

import numpy

__all__ = ["keep_freed_memory"]

_LARGEST_KEPT = 33_000_000
"""Bytes. glibc learns from blocks up to 32 MiB."""


def keep_freed_memory() -> None:
    """Teach the C library to keep large blocks that are freed, instead of giving them back to the system.

    A training step makes and frees the same large arrays again and again. By default glibc maps blocks of 128 KiB and
    more afresh, and each of their pages then costs a fault when it is first written: a fifth of a step of a small
    convolution network. It raises that limit to the size of a mapped block that is freed (see mallopt(3),
    M_MMAP_THRESHOLD), and keeps up to twice as much at the end of the heap; so one large block that is never
    written, and costs nothing, is enough. Other C libraries only allocate and free it.
    """
    numpy.empty(_LARGEST_KEPT, numpy.uint8)
