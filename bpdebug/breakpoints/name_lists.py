"""The lists of names of a run, and which of their ids are meant by something."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from ..log.definition_records import ScopeDefinition, SiteDefinition, SourceDefinition

__all__ = ["Accepted", "NameLists", "Record"]

Record = Mapping[str, Any]
"""The fields of one index record."""


class NameLists(Protocol):
    """What a `LogWriter` and a `LogReader` both have; the index in each list is the id."""

    texts: list[str]
    scopes: list[ScopeDefinition]
    sites: list[SiteDefinition]
    sources: list[SourceDefinition]


class Accepted:
    """Which ids of a growing list of names are meant."""

    def __init__(self, items: Sequence[Any], accepts: Callable[[Any], bool]) -> None:
        self._items = items
        self._accepts = accepts
        self._known = bytearray()

    def __contains__(self, number: int) -> bool:
        if number >= len(self._known):
            self._follow()
        return number < len(self._known) and bool(self._known[number])

    def among(self, numbers: np.ndarray) -> np.ndarray:
        """A bool array: which of these ids are."""
        self._follow()
        if 1 not in self._known:
            return np.zeros(len(numbers), bool)
        table = np.frombuffer(bytes(self._known) + b"\0", np.bool_)
        return table[np.minimum(numbers, len(table) - 1)]

    def _follow(self) -> None:
        for number in range(len(self._known), len(self._items)):
            self._known.append(self._accepts(self._items[number]))
