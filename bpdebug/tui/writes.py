"""All that a script printed, in order: writes recorded in the log, and bytes that went past it.

Of the recorded ones only their place is kept; a run may have millions.
"""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from ..errors import BpdebugError
from ..log.schema import Kind

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Writes"]

_PIECE = 1 << 16
_RAW_KEPT = 4 << 20
"""Characters of raw output that are kept, the latest ones."""


class Writes:
    """Numbered from 0; grows with the log."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self.looked = 0
        """Events of the log that were looked through."""
        self._seqs = array("q")  # when: the event that was the last one
        self._what = array("q")  # the output event, or -1 - the number of a raw text
        self._raw: list[str] = []
        self._raw_size = 0
        self._raw_dropped = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __len__(self) -> int:
        return len(self._seqs)

    def look_through(self, count: int) -> bool:
        """Find the output among the first `count` events; True if that is the whole log."""
        index = self._reader.index
        stop = min(count, len(index))
        for begin in range(self.looked, stop, _PIECE):
            end = min(begin + _PIECE, stop)
            found = np.flatnonzero(index["kind"][begin:end] == Kind.output).astype(np.int64) + begin
            self._seqs.frombytes(found.tobytes())
            self._what.frombytes(found.tobytes())
        self.looked = max(self.looked, stop)
        return self.looked >= len(index)

    def count_until(self, seq: int) -> int:
        """How many writes there were by event `seq`."""
        return bisect_right(self._seqs, seq)

    def add_raw(self, data: bytes) -> bool:
        """Take in output that no event records, as written now; False if it isn't a whole character yet."""
        text = self._decoder.decode(data)
        if not text:
            return False
        self.look_through(len(self._reader.index))
        self._raw.append(text)
        self._seqs.append(len(self._reader.index) - 1)
        self._what.append(-len(self._raw))
        self._raw_size += len(text)
        while self._raw_size > _RAW_KEPT and self._raw_dropped < len(self._raw) - 1:
            self._raw_size -= len(self._raw[self._raw_dropped])
            self._raw[self._raw_dropped] = ""
            self._raw_dropped += 1
        return True

    def text(self, number: int) -> tuple[str, str]:
        """Stream (`stdout`, `stderr`, `raw`) and text of a write; in words if the log is damaged there."""
        what = self._what[number]
        if what < 0:
            return "raw", self._raw[-1 - what]
        try:
            body = self._reader.body(what)
        except BpdebugError as error:
            return "stderr", f"[what was printed here can't be read: {error}]\n"
        return getattr(body, "stream", "stdout"), getattr(body, "text", "")
