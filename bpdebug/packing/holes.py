"""Writes files whose stretches of zeros take no room on the disk."""

from __future__ import annotations

import os
from itertools import pairwise

import numpy as np

from ..log.segment_writer import write_all

__all__ = ["write_with_holes"]

_BLOCK = 4096
"""What file systems take and leave room by."""


def write_with_holes(file: int, data: bytes) -> int:
    """Write `data` where the file is, and go over its blocks of zeros: a hole at the very end is for `ftruncate`.

    Returns:
        How many bytes were really written.

    Raises:
        OSError: the disk is full, or gone.
    """
    whole = len(data) // _BLOCK
    words = np.frombuffer(data, np.uint64, whole * (_BLOCK // 8)).reshape(whole, _BLOCK // 8)
    # Blocks that aren't all zeros; the last one, if it isn't whole, may be.
    filled = np.ones(-(-len(data) // _BLOCK), bool)
    filled[:whole] = words.any(axis=1)
    begins = [0, *(np.flatnonzero(filled[1:] != filled[:-1]) + 1).tolist(), len(filled)]
    view, written = memoryview(data), 0
    for begin, end in pairwise(begins):
        stretch = view[begin * _BLOCK : end * _BLOCK]
        if filled[begin]:
            write_all(file, stretch)
            written += len(stretch)
        else:
            os.lseek(file, len(stretch), os.SEEK_CUR)
    return written
