"""The latest event of a kind about each of several things, up to any event of the run.

Answers "when was this parameter last updated?" for hundreds of parameters at once. The index is summed up in
chunks, each once and only when a question reaches it; a question walks back chunk by chunk until everything it
asks for is found.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import Kind
from .scan import CHUNK

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Latest"]

KEYS: dict[Kind, str] = {
    Kind.forward: "scope",
    Kind.param_updated: "label",
    Kind.grad_accumulated: "label",
    Kind.gradient_hooked: "label",
    Kind.edited: "label",
    Kind.reported: "label",
}
"""The kinds that can be asked for, and the field of the index that says what each event is about."""

_TABLE = 1 << 20  # keys below this are looked up in a table; bigger ones only a damaged log has


class Latest:
    """Remembers what it has summed up; follows the log by itself."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._known: dict[tuple[Kind, int], dict[int, int]] = {}

    def up_to(self, seq: int, kind: Kind, keys: Iterable[int]) -> dict[int, int]:
        """The last event at or before `seq` of that kind for each key; keys without one are left out."""
        missing = set(keys)
        found: dict[int, int] = {}
        chunk, rest = divmod(seq + 1, CHUNK)
        if rest and missing:
            _take(self._last_of_each(kind, chunk * CHUNK, seq + 1), missing, found)
        while missing and chunk > 0:
            chunk -= 1
            places = self._known.get((kind, chunk))
            if places is None:
                places = self._last_of_each(kind, chunk * CHUNK, (chunk + 1) * CHUNK)
                self._known[kind, chunk] = places
            _take(places, missing, found)
        return found

    def _last_of_each(self, kind: Kind, begin: int, end: int) -> dict[int, int]:
        """For each key of the kind in these events, the last event."""
        part = self._reader.index[begin:end]
        rows = np.flatnonzero(part["kind"] == kind)
        keys = part[KEYS[kind]][rows]
        if rows.size and int(keys.max()) < _TABLE:
            last = np.full(int(keys.max()) + 1, -1, np.int64)
            last[keys] = rows  # of several rows with one key the last stays
            keys = np.flatnonzero(last >= 0)
            rows = last[keys]
        return dict(zip(keys.tolist(), (rows + begin).tolist(), strict=True))


def _take(places: dict[int, int], missing: set[int], found: dict[int, int]) -> None:
    for key in [key for key in missing if key in places]:
        found[key] = places[key]
        missing.discard(key)
