"""Checks a whole run: every index record, body, reference, ordinal, offset and content id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ..log.reader import LogReader
from .events import event_faults
from .tensors import tensor_faults

__all__ = ["LISTED", "Verification", "verify_run"]

LISTED = 20
"""Faults of one sort that are put into words; the rest is counted."""


@dataclass(slots=True)
class Verification:
    """What was found: how many faults of each sort, and the first ones in words."""

    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Nothing is wrong."""
        return not self.counts


def verify_run(reader: LogReader, tell: Callable[[int, int], None] | None = None) -> Verification:
    """Check everything that the log of `reader` holds.

    Args:
        reader: of a run that isn't being written.
        tell: is told how many events and tensors are done, and how many there are.

    Raises:
        DamagedLog: a file was cut off while it was read.
    """
    found = Verification()
    for sort, line in _faults(reader, tell or (lambda done, total: None)):
        found.counts[sort] += 1
        if found.counts[sort] <= LISTED:
            found.lines.append(line)
    return found


def _faults(reader: LogReader, tell: Callable[[int, int], None]) -> Iterator[tuple[str, str]]:
    """Sort and words of each fault."""
    if reader.problem:
        yield "files", reader.problem
    events, tensors = len(reader), reader.tensor_count
    for line in event_faults(reader, lambda done: tell(done, events + tensors)):
        yield "events", line
    for line in tensor_faults(reader, lambda done: tell(events + done, events + tensors)):
        yield "tensors", line
