"""Large arrays cut into blocks that stay near the processor, so that an update of several steps reads memory once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

__all__ = ["blocks_of"]

_BLOCK = 1 << 15
"""Elements of a block: a few float32 blocks fit into the second level of a cache (measured: 1 << 14 to 1 << 16)."""


def blocks_of(*arrays: Any) -> Iterator[tuple[Any, ...]]:
    """The arrays, of one shape, block by block; as they are where they are small, on a device or not contiguous.

    What is written into a block is written into its array. An elementwise formula gives the same bits either way.
    """
    size = arrays[0].size
    if size <= 2 * _BLOCK or not all(type(x) is numpy.ndarray and x.flags.c_contiguous for x in arrays):
        yield arrays
        return
    flat = [x.reshape(-1) for x in arrays]
    for first in range(0, size, _BLOCK):
        yield tuple([x[first : first + _BLOCK] for x in flat])
