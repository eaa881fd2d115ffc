"""Which events an export writes: one of them, some iterations, some kinds or names, or all."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UsageError
from ..iterations import parse_iterations
from ..log.schema import NOTHING, Kind, Phase
from ..timeline.named_event import iteration_named, named_event

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from . import ExportOptions

__all__ = ["Selection", "event_at", "parse_iterations"]

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
        patterns = [name for name in only if name not in Kind.__members__]
        self._fits = [re.compile(fnmatch.translate(pattern)).match for pattern in patterns]
        self._known: dict[tuple[int, int, int], bool] = {}

    def match(self, header: Any) -> bool:
        """Whether the event with this index record is asked for."""
        if int(header["kind"]) in self._kinds:
            return True
        key = int(header["phase"]), int(header["scope"]), int(header["label"])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._match_names(*key)
        return known

    def _match_names(self, phase: int, scope: int, label: int) -> bool:
        reader = self._reader
        label_text = reader.texts[label] if label < len(reader.texts) else ""
        path = reader.scopes[scope].path if scope != NOTHING and scope < len(reader.scopes) else ""
        phase_name = Phase(phase).name if phase in Phase.__members__.values() else ""
        inside = f"{path}/{label_text}" if path else label_text
        names = (f"{phase_name}/{inside}", inside, path, label_text)
        return any(name and fits(name) for fits in self._fits for name in names)
