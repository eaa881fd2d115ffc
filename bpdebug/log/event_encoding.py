"""Bytes of many events at once: the lines of their bodies, and their index records."""

from __future__ import annotations

import itertools
import struct
from typing import Any

import msgspec
import numpy as np

from .plain import encode_line
from .records import Event
from .schema import EVENT_INDEX, NOTHING

__all__ = ["encoded", "index_records"]

_TAIL = struct.Struct("<BBHIIIIIIHHIIId")
_TAIL_DTYPE = np.dtype([("tail", f"V{_TAIL.size}")])
_WHOLE_DTYPE = np.dtype([("offset", "<u8"), ("length", "<u4"), ("tail", f"V{_TAIL.size}")])
assert _WHOLE_DTYPE.itemsize == EVENT_INDEX.itemsize
_encode_lines = msgspec.json.Encoder().encode_lines
_NEWLINE = 10
_MAX_U16 = 0xFFFF
_MAX_U32 = 0xFFFFFFFF


def encoded(bodies: list[Event]) -> bytes:
    """The lines of these bodies."""
    try:
        return _encode_lines(bodies)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return b"".join(map(encode_line, bodies))


def index_records(bodies: bytes, offset: int, tails: list[tuple[Any, ...]]) -> bytes:
    """The rows of `schema.EVENT_INDEX` of some events.

    Args:
        bodies: their lines.
        offset: where these begin in the file of all.
        tails: the fields behind offset and length of each, in order.
    """
    records = np.empty(len(tails), _WHOLE_DTYPE)
    ends = np.flatnonzero(np.frombuffer(bodies, np.uint8) == _NEWLINE).astype(np.uint64) + np.uint64(1)
    starts = np.concatenate([np.zeros(1, np.uint64), ends[:-1]])
    records["length"] = ends - starts
    records["offset"] = starts + np.uint64(offset)
    records["tail"] = np.frombuffer(_packed(tails), _TAIL_DTYPE)["tail"]
    return records.tobytes()


def _packed(tails: list[tuple[Any, ...]]) -> bytes:
    """What index records hold behind offset and length; what has no room there is the nearest that has."""
    try:
        return b"".join(itertools.starmap(_TAIL.pack, tails))
    except struct.error:
        return b"".join(
            _TAIL.pack(
                kind, phase, min(depth, _MAX_U16), iteration, scope, label, site,
                node if node <= _MAX_U32 else NOTHING, ordinal, thread, flags, partner, parent,
                min(time_us, _MAX_U32), value,
            )
            for kind, phase, depth, iteration, scope, label, site, node, ordinal, thread, flags, partner, parent,
            time_us, value in tails
        )  # fmt: skip
