"""Measures of what is made of whole tensors, element by element, in many events at once: `max(abs(W.delta))`.

Each combination of contents is worked on once; the log gives equal contents the same row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..conditions import syntax as s
from ..conditions.elementwise import difference, value_of
from ..conditions.measures import measure
from ..conditions.rules import rule_of
from ..conditions.words import FUNCTIONS
from ..errors import DamagedLog, NotCaptured
from .bulk import NONE

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from .recorded import RecordedEvents

__all__ = ["CombinedTensors", "is_of_contents"]

_REMEMBERED = 1 << 16
"""Combinations of one condition."""
_CONDITIONS = 8


def is_of_contents(node: s.Node) -> bool:
    """Whether the node depends on the contents of its tensors alone, and not on anything else of an event."""
    return all(
        isinstance(one, s.Number | s.Tensor | s.Unary | s.Binary)
        or (isinstance(one, s.Call) and not FUNCTIONS[one.function].reduces)
        for one in s.walk(node)
    )


class CombinedTensors:
    """Computes them, and remembers."""

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._known: dict[tuple[s.Node, str], dict[tuple[int, ...], Any]] = {}

    def measured(
        self, recorded: RecordedEvents, node: s.Node, name: str, columns: dict[s.Tensor, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The measure `name` of the node for each combination, and where there is one.

        Args:
            node: one that `is_of_contents`.
            columns: for each of its tensors two rows of numbers, as `bulk.rows_of` gives them: the tensor in the
                log, and the one that is subtracted from it.
        """
        keys, places = np.unique(np.concatenate(list(columns.values())), axis=1, return_inverse=True)
        known = self._known.pop((node, name), {})
        self._known[node, name] = known
        if len(self._known) > _CONDITIONS:
            self._known.pop(next(iter(self._known)))
        if len(known) > _REMEMBERED:
            known.clear()
        values = []
        for key in map(tuple, keys.T.tolist()):
            if key not in known:
                known[key] = self._measure(recorded, node, name, dict(zip(columns, _pairs(key), strict=True)))
            values.append(known[key])
        there = np.array([value is not None for value in values], bool)
        data = np.array([0.0 if value is None else float(value) for value in values])
        places = places.reshape(-1)
        return data[places], there[places]

    def _measure(
        self, recorded: RecordedEvents, node: s.Node, name: str, rows: dict[s.Tensor, tuple[int, int]]
    ) -> Any:
        def tensor(one: s.Tensor) -> np.ndarray:
            row, less = rows[one]
            array = self._reader.array(row)
            return array if less == NONE else difference(array, self._reader.array(less))

        def number(one: s.Node) -> Any:
            return rule_of(one)(recorded.event(0, with_body=False))

        try:
            with np.errstate(all="ignore"):
                return measure([np.asarray(value_of(node, tensor, number))], name)
        except (NotCaptured, DamagedLog, ValueError):
            return None


def _pairs(key: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(key[::2], key[1::2], strict=True))
