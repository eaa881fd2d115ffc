"""Where in the log the events of the rare kinds are: reports, printed text, failures.

One pass over the index when it is first asked, then only over what is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import Kind
from .scan import pieces

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Ledger"]

_KINDS = (Kind.reported, Kind.output, Kind.warned, Kind.failed)


class Ledger:
    """The seqs of all events of a few kinds, ascending."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._read = 0
        self._parts: dict[Kind, list[np.ndarray]] = {kind: [] for kind in _KINDS}
        self._joined: dict[Kind, np.ndarray] = {kind: np.empty(0, np.int64) for kind in _KINDS}

    def seqs(self, kind: Kind) -> np.ndarray:
        """The seqs of the events of `kind`, an int64 array. KeyError for kinds that it doesn't keep."""
        self._catch_up()
        new = self._parts[kind]
        if new:
            self._joined[kind] = np.concatenate([self._joined[kind], *new])
            new.clear()
        return self._joined[kind]

    def look_through(self, events: int) -> bool:
        """Look through so many more events at most; True if that was all of them."""
        self._catch_up(self._read + events)
        return self._read >= len(self._reader.index)

    def _catch_up(self, stop: int | None = None) -> None:
        index = self._reader.index
        stop = len(index) if stop is None else min(stop, len(index))
        for begin, part in pieces(index, self._read, stop):
            kinds = np.ascontiguousarray(part["kind"])
            for kind in _KINDS:
                rows = np.flatnonzero(kinds == kind)
                if rows.size:
                    self._parts[kind].append(rows + begin)
        self._read = max(self._read, stop)
