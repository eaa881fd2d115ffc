"""Which events an export writes: one of them, some iterations, some kinds or names, or all."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UsageError
from ..iterations import parse_iterations
from ..log.schema import Kind
from ..patterns import pattern_matches
from ..text import clean
from ..timeline.event_names import all_names, event_names
from ..timeline.named_event import iteration_named, named_event
from ..timeline.scan import first_where

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from . import ExportOptions

__all__ = ["Selection", "event_at", "parse_iterations", "what_fits_nothing"]

_CHUNK = 1 << 10


def event_at(reader: LogReader, at: str) -> int:
    """The seq of the event that `at` names: an address, or an event's number.

    Raises:
        AddressError: there is none.
        UsageError: it is an iteration, of which one event alone is hardly what was meant.
    """
    iteration = iteration_named(at)
    if iteration is not None:
        raise UsageError(f"--at {at}: this is no event; --iterations {iteration} exports the iteration")
    return named_event(reader, at)


class Selection:
    """The events of one export, in their order. The log as it is now; what it gets later isn't part of it.

    Args:
        reader: the log.
        options: what is asked for.

    Raises:
        AddressError, UsageError: it names an event or iterations that the log doesn't have.
    """

    def __init__(self, reader: LogReader, options: ExportOptions) -> None:
        self._reader = reader
        self._index = reader.index
        self._progress = options.progress
        self._iterations = options.iterations
        self._names = _NamePatterns(reader, options.only) if options.only else None
        self.start, self.stop = 0, len(self._index)
        if options.at:
            self.start = event_at(reader, options.at)
            self.stop = self.start + 1
        elif self._iterations is not None and self.stop:
            last = int(self._index["iteration"][-1])
            if self._iterations[0] > last:
                raise UsageError(f"the log has iterations 0 to {last}, none from {self._iterations[0]} on")

    def seqs(self, *kinds: Kind) -> Iterator[int]:
        """The events, or those of them that are of these kinds; tells the progress meanwhile."""
        for begin in range(self.start, self.stop, _CHUNK):
            if self._progress is not None:
                self._progress(begin - self.start, self.stop - self.start)
            part = self._index[begin : min(begin + _CHUNK, self.stop)]
            wanted = np.ones(len(part), bool)
            if self._iterations is not None:
                first, end = self._iterations
                wanted &= part["iteration"] >= first
                if end is not None:
                    wanted &= part["iteration"] < end
            if kinds:
                wanted &= np.isin(part["kind"], kinds)
            for i in np.flatnonzero(wanted).tolist():
                if self._names is None or self._names.match(part[i]):
                    yield begin + i
        if self._progress is not None:
            self._progress(self.stop - self.start, self.stop - self.start)


class _NamePatterns:
    """Kinds and name patterns, any of which may fit.

    A pattern is compared with what an address says after its iteration (`backward/MLP.l1/linear`), with scope and
    label (`MLP.l1/linear`), and with each of both alone. `*` stands for anything, `?` for one character.
    """

    def __init__(self, reader: LogReader, only: Sequence[str]) -> None:
        self._reader = reader
        self._kinds = {Kind[name] for name in only if name in Kind.__members__}
        self._patterns = [name for name in only if name not in Kind.__members__]
        self._known: dict[tuple[int, int, int], bool] = {}

    def match(self, header: Any) -> bool:
        """Whether the event with this index record is asked for."""
        if int(header["kind"]) in self._kinds:
            return True
        key = int(header["phase"]), int(header["scope"]), int(header["label"])
        known = self._known.get(key)
        if known is None:
            names = event_names(self._reader, *key)
            known = any(pattern_matches(pattern, name) for pattern in self._patterns for name in names)
            self._known[key] = known
        return known


def what_fits_nothing(reader: LogReader, only: Sequence[str]) -> list[str]:
    """Which of these kinds and name patterns no event of the whole log fits, in words.

    Raises:
        UsageError: none of them is a kind or fits anything: what they name isn't there.
    """
    patterns = [name for name in only if name not in Kind.__members__]
    there = all_names(reader) if patterns else set()
    unfit = [one for one in patterns if not any(pattern_matches(one, name) for name in there)]
    if there and len(unfit) == len(only):
        near = difflib.get_close_matches(unfit[0], sorted({*Kind.__members__, *there}), 3)
        hint = f"\nNear it: {', '.join(map(clean, near))}" if near else ""
        raise UsageError(
            f"--only {clean(', '.join(unfit))}: no event of the run has such a kind or name{hint}"
        )
    kinds = [name for name in only if name in Kind.__members__]
    absent = [name for name in kinds if first_where(reader.index, 0, partial(_is_of, Kind[name])) is None]
    return [clean(name) for name in only if name in {*unfit, *absent}]


def _is_of(kind: Kind, part: np.ndarray) -> np.ndarray:
    return np.asarray(part["kind"] == kind)
