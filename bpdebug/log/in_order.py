"""Reads the events of a log one after the other, many bodies at once: what a look at a whole run needs.

For single events there is `LogReader.body`, which this leaves everything to that looks damaged.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import numpy as np

from ..errors import DamagedLog
from .records import Event
from .schema import Kind

if TYPE_CHECKING:
    from .reader import LogReader

__all__ = ["Header", "events_in_order"]

_EVENTS = 4096
_MOST_BYTES = 16 << 20
_decode = msgspec.json.Decoder(Event).decode
_NAMES = {int(kind): kind.name for kind in Kind}


class Header(NamedTuple):
    """The part of an index record that readers of whole runs ask for; see `schema.EVENT_INDEX`."""

    iteration: int
    phase: int
    scope: int
    label: int
    site: int
    flags: int


def events_in_order(
    reader: LogReader, stop: int, kinds: Collection[int]
) -> Iterator[tuple[int, int, Header, Event]]:
    """`(seq, kind, header, body)` of the events before `stop` that are of these kinds; damaged ones are left out.

    Raises:
        DamagedLog: the index was cut off while it was open.
    """
    for first in range(0, stop, _EVENTS):
        index = reader.index[first : min(first + _EVENTS, stop)]
        offsets = index["offset"].astype(np.int64)
        ends = offsets + index["length"]
        low = int(offsets.min())
        size = int(ends.max()) - low
        data = reader.bodies(low, size) if low >= 0 <= size <= _MOST_BYTES else b""
        view = memoryview(data)
        headers = map(Header, *(index[field].tolist() for field in Header._fields))
        places = zip((offsets - low).tolist(), (ends - low).tolist(), strict=True)
        sound = reader.sound(index).tolist()
        rows = zip(index["kind"].tolist(), headers, places, sound, strict=True)
        for seq, (kind, header, (begin, end), good) in enumerate(rows, first):
            if kind not in kinds:
                continue
            try:
                body = _decode(view[begin:end]) if good and end <= len(data) else None
            except (msgspec.MsgspecError, RecursionError, ValueError):
                body = None
            if body is None or body.__struct_config__.tag != _NAMES[kind]:
                try:
                    body = reader.body(seq)
                except (DamagedLog, IndexError):
                    continue
            yield seq, kind, header, body
