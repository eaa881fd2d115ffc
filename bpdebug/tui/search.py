"""Finding events by the words of their address, over the index alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import Kind, Phase
from ..timeline.scan import first_where, last_where

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Search"]

_Matches = Callable[[np.ndarray], np.ndarray]
"""For a piece of the index: which of its records fit, an array of bool."""


class Search:
    """Events whose address has all the words of `text`, which spaces and slashes separate.

    A word fits an event when it is in the event's label, scope, kind or phase (whatever the case), or when it is
    `it` and the number of its iteration. So whole addresses work, and parts of them.
    """

    def __init__(self, reader: LogReader, text: str) -> None:
        self.text = text
        self._reader = reader
        self._words = [word.lower() for word in re.split(r"[\s/]+", text) if word]

    def next(self, seq: int) -> int | None:
        """The first event after `seq` that fits, None if there is none."""
        return first_where(self._reader.index, seq + 1, self._matcher()) if self._words else None

    def previous(self, seq: int) -> int | None:
        """The last event before `seq` that fits, None if there is none."""
        return last_where(self._reader.index, seq, self._matcher()) if self._words else None

    def _matcher(self) -> _Matches:
        tests = [self._test(word) for word in self._words]

        def matches(records: np.ndarray) -> np.ndarray:
            found = tests[0](records)
            for test in tests[1:]:
                found = found & test(records)
            return found

        return matches

    def _test(self, word: str) -> _Matches:
        labels = _ids(self._reader.texts, word)
        scopes = _ids([scope.path for scope in self._reader.scopes], word)
        kinds = [kind.value for kind in Kind if word in kind.name]
        phases = [phase.value for phase in Phase if word in phase.name]
        number = re.fullmatch(r"it(\d{1,9})", word)
        again = re.fullmatch(r"(.+)~(\d{1,9})", word)

        def test(records: np.ndarray) -> np.ndarray:
            found = (
                np.isin(records["label"], labels)
                | np.isin(records["scope"], scopes)
                | np.isin(records["kind"], kinds)
                | np.isin(records["phase"], phases)
            )
            if number:
                found |= records["iteration"] == int(number[1])
            if again:
                base = _ids(self._reader.texts, again[1])
                found |= np.isin(records["label"], base) & (records["ordinal"] == int(again[2]))
            return found

        return test


def _ids(names: list[str], word: str) -> list[int]:
    return [number for number, name in enumerate(names) if word in name.lower()]
