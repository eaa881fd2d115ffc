"""Between which numbers a measure of large tensors must lie, by what was recorded of them: no element is read.

All bounds hold for float64 as it rounds: sums, products and quotients of bounds are rounded as those of elements are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..conditions import syntax as s
from ..conditions.elementwise import COMPARISONS
from ..log.schema import NOT_CAPTURED
from .body_numbers import NONE

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["Interval", "bounds_of", "combine", "decide"]

_SLACK = 1e-6
"""By so much of the largest element a mean, or what is made of squares, may be rounded past its bound."""


class Interval(NamedTuple):
    """Float64 arrays: the least and the greatest that something can be; infinite where nothing is known."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def exactly(cls, values: np.ndarray, known: np.ndarray) -> Interval:
        """Of values, where they are known."""
        values = values.astype(np.float64)
        known = known & ~np.isnan(values)
        return cls(np.where(known, values, -np.inf), np.where(known, values, np.inf))


def bounds_of(
    reader: LogReader, node: s.Node, measure: str, rows: Mapping[s.Tensor, np.ndarray], least: int
) -> Interval | None:
    """The bounds of a measure of the node, for each combination of its tensors.

    Args:
        node: one that `combined.is_of_contents`.
        rows: of each of its tensors the rows in the log, and of what is subtracted from it, see `bulk.rows_of`.
        least: so many elements have the tensors for which it is worth the while.

    Returns:
        None where it isn't for any.
    """
    keys = np.concatenate(list(rows.values()))
    statistics, tensors = reader.statistics, reader.tensors
    there = keys != NONE
    if (
        not keys.size
        or reader.dropped
        or keys.max() >= min(len(statistics), len(tensors))
        or keys[there].min() < 0
    ):
        return None
    counts = np.where(there, statistics["size"][keys], 0).max(axis=0).astype(np.float64)
    if counts.max() < least:
        return None
    layouts = np.where(there, tensors["layout"][keys], NONE)
    sound = np.ones(keys.shape[1], bool)
    for layout in np.unique(layouts[there]).tolist():
        if layout >= len(reader.layouts) or reader.layouts[layout].dtype[1:2] == "c":
            sound &= ~(layouts == layout).any(axis=0)
    shapes = _shape_numbers(reader, layouts)
    sound &= np.where(there, shapes, shapes.max(axis=0)).min(axis=0) == shapes.max(axis=0)
    for name in ("nan", "pos_inf", "neg_inf"):
        sound &= ~(there & (statistics[name][keys] != 0)).any(axis=0)
    sound &= ~(there & ((statistics["size"][keys] == 0) | (tensors["segment"][keys] == NOT_CAPTURED))).any(
        axis=0
    )

    def tensor(one: s.Tensor) -> Interval:
        mine, less = rows[one]
        low, high = statistics["min"][mine], statistics["max"][mine]
        if less[0] == NONE:
            return Interval(low, high)
        return Interval(low - statistics["max"][less], high - statistics["min"][less])

    with np.errstate(all="ignore"):
        elements = _elements(node, tensor, keys.shape[1])
        low, high = _measured(measure, elements, counts, _is_truth(node))
    sound &= np.isfinite(elements.low) & np.isfinite(elements.high) & ~(np.isnan(low) | np.isnan(high))
    return Interval(np.where(sound, low, -np.inf), np.where(sound, high, np.inf))


def combine(operator: str, left: Interval, right: Interval) -> Interval:
    """The bounds of what arithmetic makes of two numbers."""
    with np.errstate(all="ignore"):
        if operator == "+":
            found = (left.low + right.low, left.high + right.high)
        elif operator == "-":
            found = (left.low - right.high, left.high - right.low)
        elif operator in ("*", "/"):
            work = np.multiply if operator == "*" else np.true_divide
            corners = [work(one, other) for one in left for other in right]
            # Infinity times nothing could be anything, as could what is divided by what may be nothing.
            unknown = np.any([np.isnan(corner) for corner in corners], axis=0)
            if operator == "/":
                unknown |= (right.low <= 0) & (right.high >= 0)
            found = (
                np.where(unknown, -np.inf, np.min(corners, axis=0)),
                np.where(unknown, np.inf, np.max(corners, axis=0)),
            )
        else:
            found = (np.full_like(left.low, -np.inf), np.full_like(left.high, np.inf))
    low, high = found
    return Interval(np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high))


def decide(operator: str, left: Interval, right: Interval) -> tuple[np.ndarray, np.ndarray]:
    """Where a comparison must be true, and where it must be false."""
    compare = COMPARISONS[operator]
    if operator in ("==", "!="):
        apart = (left.high < right.low) | (left.low > right.high)
        same = (left.low == left.high) & (right.low == right.high) & (left.low == right.low)
        return (same, apart) if operator == "==" else (apart, same)
    if operator in (">", ">="):
        return compare(left.low, right.high), ~compare(left.high, right.low)
    return compare(left.high, right.low), ~compare(left.low, right.high)


def _is_truth(node: s.Node) -> bool:
    return (
        isinstance(node, s.Binary) and (node.operator in COMPARISONS or node.operator in ("and", "or"))
    ) or (isinstance(node, s.Unary) and node.operator == "not")


def _elements(node: s.Node, tensor: Callable[[s.Tensor], Interval], count: int) -> Interval:
    """The bounds of all elements of the node; a truth value counts 0 or 1."""
    anything = Interval(np.full(count, -np.inf), np.full(count, np.inf))
    if isinstance(node, s.Tensor):
        return tensor(node)
    if isinstance(node, s.Number):
        return Interval(*(np.full(count, float(node.value)) for _ in range(2)))
    if isinstance(node, s.Unary) and node.operator == "-":
        low, high = _elements(node.operand, tensor, count)
        return Interval(-high, -low)
    if isinstance(node, s.Call) and node.function == "abs":
        return _sizes(_elements(node.argument, tensor, count))
    if isinstance(node, s.Binary) and node.operator not in ("and", "or"):
        left, right = (_elements(side, tensor, count) for side in (node.left, node.right))
        if node.operator in COMPARISONS:
            true, false = decide(node.operator, left, right)
            return Interval(true.astype(np.float64), 1.0 - false)
        return combine(node.operator, left, right)
    return anything


def _sizes(values: Interval) -> Interval:
    """The bounds of absolute values."""
    low, high = values
    return Interval(np.maximum(np.maximum(low, -high), 0.0), np.maximum(high, -low))


def _measured(measure: str, elements: Interval, counts: np.ndarray, truths: bool) -> Interval:
    """The bounds of a measure of so many elements between these."""
    low, high = elements
    largest = np.maximum(np.abs(low), np.abs(high))
    slack = _SLACK * largest
    if measure in ("min", "max") or (measure in ("any", "all") and truths):
        return elements
    if measure == "largest":
        return _sizes(elements)
    if measure == "mean":
        return Interval(low - slack, high + slack)
    if measure == "std":
        return Interval(np.zeros_like(low), (high - low) / 2 + slack)
    if measure == "sum":
        return Interval((low - slack) * counts, (high + slack) * counts)
    if measure == "norm":
        return Interval(np.zeros_like(low), (largest + slack) * np.sqrt(counts))
    return Interval(np.full_like(low, -np.inf), np.full_like(high, np.inf))


def _shape_numbers(reader: LogReader, layouts: np.ndarray) -> np.ndarray:
    """A number for each layout that is the same for the same shape."""
    numbers: dict[tuple[int, ...], int] = {}
    table = np.array(
        [numbers.setdefault(tuple(one.shape), len(numbers)) for one in reader.layouts] + [NONE], np.int64
    )
    found: np.ndarray = table[np.minimum(layouts, len(reader.layouts))]  # NONE finds the last one
    return found
