"""Measures of what is made of whole tensors, element by element, in many events at once: `max(abs(W.delta))`.

Each combination of contents is worked on once in a piece of the log, small ones together; the log gives equal contents
the same row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..conditions import syntax as s
from ..conditions.elementwise import difference, value_of
from ..conditions.measures import measure, measure_each
from ..conditions.rules import rule_of
from ..conditions.words import FUNCTIONS
from ..errors import DamagedLog, NotCaptured
from ..log.schema import NOT_CAPTURED
from .bulk import NONE

if TYPE_CHECKING:
    from ..log.reader import LogReader
    from .recorded import RecordedEvents

__all__ = ["STACKED", "CombinedTensors", "is_of_contents"]

STACKED = 1 << 10
"""Tensors of up to so many elements are worked on together: of larger ones the elements take longer than all else."""
_STACKED_TOGETHER = 1 << 18
"""Elements."""
_REMEMBERED = 1 << 16
"""Combinations of one condition."""
_CONDITIONS = 8
_NOT_THERE = -2
"""In place of a layout, of a tensor without bytes."""


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
        keys, places = _distinct(np.concatenate(list(columns.values())))
        data, there = np.zeros(keys.shape[1]), np.zeros(keys.shape[1], bool)
        alone = np.ones(keys.shape[1], bool)
        for some in self._alike(keys):
            try:
                data[some], there[some] = self._measure_stack(
                    recorded, node, name, list(columns), keys[:, some]
                )
            except (NotCaptured, DamagedLog, ValueError):
                continue  # one after the other: then it is known which it is
            alone[some] = False
        left = np.flatnonzero(alone)
        data[left], there[left] = self._one_by_one(recorded, node, name, list(columns), keys[:, left])
        return data[places], there[places]

    def _alike(self, keys: np.ndarray) -> Iterator[np.ndarray]:
        """Combinations of small tensors, all of one shape, that can be worked on together."""
        tensors = self._reader.tensors
        there = keys != NONE
        if ((keys[there] < 0) | (keys[there] >= len(tensors))).any():
            return
        # For each combination the layouts of its tensors; what isn't there has none.
        layouts = np.full(keys.shape, NONE, np.int64)
        captured = tensors["segment"][keys[there]] != NOT_CAPTURED
        layouts[there] = np.where(captured, tensors["layout"][keys[there]], _NOT_THERE)
        kinds, kind_of = _distinct(layouts)
        for number, kind in enumerate(kinds.T.tolist()):
            if _NOT_THERE in kind:
                continue
            sizes = {
                tuple(self._reader.layouts[one].shape) for one in kind if 0 <= one < len(self._reader.layouts)
            }
            count = math.prod(sizes.pop()) if len(sizes) == 1 else 0
            if not 0 < count <= STACKED:
                continue
            mine = np.flatnonzero(kind_of == number)
            at_once = max(1, _STACKED_TOGETHER // count)
            for begin in range(0, len(mine), at_once):
                yield mine[begin : begin + at_once]

    def _measure_stack(
        self, recorded: RecordedEvents, node: s.Node, name: str, tensors: list[s.Tensor], keys: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The measure of many combinations of tensors of one shape.

        Raises:
            NotCaptured, DamagedLog, ValueError: one of them can't be computed.
        """
        columns = dict(zip(tensors, zip(keys[::2], keys[1::2], strict=True), strict=True))

        def tensor(one: s.Tensor) -> np.ndarray:
            rows, less = columns[one]
            arrays = self._reader.stack(rows)
            return arrays if less[0] == NONE else difference(arrays, self._reader.stack(less))

        with np.errstate(all="ignore"):
            found = np.asarray(value_of(node, tensor, lambda one: _number(recorded, one)))
        return measure_each(found, name)

    def _one_by_one(
        self, recorded: RecordedEvents, node: s.Node, name: str, tensors: list[s.Tensor], keys: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The same of any tensors; remembered, for of large ones each takes a while."""
        known = self._known.pop((node, name), {})
        self._known[node, name] = known
        if len(self._known) > _CONDITIONS:
            self._known.pop(next(iter(self._known)))
        if len(known) > _REMEMBERED:
            known.clear()
        values = []
        for key in map(tuple, keys.T.tolist()):
            if key not in known:
                known[key] = self._measure(recorded, node, name, dict(zip(tensors, _pairs(key), strict=True)))
            values.append(known[key])
        there = np.array([value is not None for value in values], bool)
        return np.array([0.0 if value is None else float(value) for value in values], np.float64), there

    def _measure(
        self, recorded: RecordedEvents, node: s.Node, name: str, rows: dict[s.Tensor, tuple[int, int]]
    ) -> Any:
        def tensor(one: s.Tensor) -> np.ndarray:
            row, less = rows[one]
            array = self._reader.array(row)
            return array if less == NONE else difference(array, self._reader.array(less))

        try:
            with np.errstate(all="ignore"):
                return measure([np.asarray(value_of(node, tensor, lambda one: _number(recorded, one)))], name)
        except (NotCaptured, DamagedLog, ValueError):
            return None


def _pairs(key: tuple[int, ...]) -> list[tuple[int, int]]:
    return list(zip(key[::2], key[1::2], strict=True))


def _number(recorded: RecordedEvents, node: s.Node) -> Any:
    """The value of what is no tensor, and depends on no event."""
    return rule_of(node)(recorded.event(0, with_body=False))


def _distinct(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different columns of an int64 array, and for each of its columns the place of that among them."""
    ids = np.zeros(columns.shape[1], np.int64)
    for row in columns:  # one row after the other: sorting whole columns takes many times as long
        values, of_row = np.unique(row, return_inverse=True)
        _, ids = np.unique(ids * len(values) + of_row, return_inverse=True)
    _, first = np.unique(ids, return_index=True)
    return columns[:, first], ids
