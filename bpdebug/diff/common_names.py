"""One numbering for what two logs name alike: each log gives its own numbers to labels, scopes, layouts and lines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable

import numpy as np

from ..log.reader import LogReader
from ..log.schema import NOTHING

__all__ = ["CommonNames", "Side"]

_MISSING = 0
"""The common number of NOTHING, and of what a damaged log doesn't define."""
_MAX_SCOPE = 0xFFFFFF


class Side:
    """The names of one of the two logs, by the common numbers."""

    def __init__(self, reader: LogReader, numbers: Callable[[str, Hashable], int]) -> None:
        self.reader = reader
        self._numbers = numbers
        self._labels = self._table("label", reader.texts)
        self._scopes = self._table("scope", (scope.path for scope in reader.scopes))
        self._sites: dict[int, int] = {}
        self._layouts: dict[int, int] = {}

    def _table(self, what: str, names: Iterable[str]) -> np.ndarray:
        return np.array([_MISSING, *(self._numbers(what, name) for name in names)], np.uint64)

    def places(self, rows: np.ndarray) -> np.ndarray:
        """What an address says besides iteration and ordinal, one uint64 an index record: phase, scope, label."""
        labels = _look_up(self._labels, rows["label"])
        scopes = np.minimum(_look_up(self._scopes, rows["scope"]), np.uint64(_MAX_SCOPE))
        phases = rows["phase"].astype(np.uint64)
        return (phases << np.uint64(56)) | (scopes << np.uint64(32)) | labels

    def line(self, site: int) -> int:
        """The common number of a call site: equal where the lines of the script have the same text."""
        found = self._sites.get(site)
        if found is None:
            found = self._sites[site] = self._numbers("site", self._texts_of(site))
        return found

    def _texts_of(self, site: int) -> tuple[tuple[str, str], ...]:
        reader = self.reader
        if site == NOTHING or site >= len(reader.sites):
            return ()
        texts = []
        for frame in reader.sites[site].frames:
            lines = reader.sources[frame.source].text.splitlines()
            text = lines[frame.line - 1].strip() if 1 <= frame.line <= len(lines) else f"line {frame.line}"
            texts.append((frame.function, text))
        return tuple(texts)

    def layout(self, number: int) -> int:
        """The common number of a layout: equal for the same dtype and shape, on whatever device."""
        found = self._layouts.get(number)
        if found is None:
            layouts = self.reader.layouts
            known = 0 <= number < len(layouts)
            key = (layouts[number].dtype, tuple(layouts[number].shape)) if known else (id(self), number)
            found = self._layouts[number] = self._numbers("layout", key)
        return found


class CommonNames:
    """The names of two logs, under common numbers.

    Attributes:
        a, b: the two sides.
    """

    def __init__(self, a: LogReader, b: LogReader) -> None:
        self._known: dict[tuple[str, Hashable], int] = {}
        self.a = Side(a, self._number)
        self.b = Side(b, self._number)

    def _number(self, what: str, name: Hashable) -> int:
        return self._known.setdefault((what, name), len(self._known) + 1)


def _look_up(table: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    places = numbers.astype(np.int64) + 1
    places[places >= len(table)] = 0
    return table[places]
