"""Arrays and norms of a log's tensors by their number, computed once each, big ones off the screen's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BpdebugError
from ..widgets.background import Background, Failure

if TYPE_CHECKING:
    from ...log.reader import LogReader
    from ...timeline import Statistics, Timeline

__all__ = ["Norms"]


class Norms:
    """Answers None while it computes, and a Failure for what can't be had."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._timeline: Timeline | None = None

    def use(self, timeline: Timeline) -> None:
        """Numbers of tensors are those of this run from now on."""
        self._timeline = timeline

    def array(self, tensor: int) -> np.ndarray | Failure:
        """The tensor's values, mapped from the log."""
        assert self._timeline is not None
        try:
            return self._timeline.reader.array(tensor)
        except (BpdebugError, OSError, ValueError, IndexError) as error:
            return Failure(error)

    def of(self, tensor: int) -> Statistics | Failure | None:
        """Statistics of a tensor: as they were recorded, else computed from its values."""
        assert self._timeline is not None
        try:
            recorded = self._timeline.reader.recorded_statistics(tensor)
        except BpdebugError as error:
            return Failure(error)
        if recorded is not None:
            return recorded
        return self._ask(("of", tensor), tensor, lambda: self._reader.measured(tensor))

    def delta(self, before: int, after: int) -> np.ndarray | Failure | None:
        """after - before, in their own dtype."""
        return self._ask(("delta", before, after), after, lambda: self._subtract(before, after))

    def of_delta(self, before: int, after: int) -> Statistics | Failure | None:
        """Statistics of after - before; the difference itself isn't kept."""
        key = ("of delta", before, after)
        return self._ask(key, after, lambda: _statistics(self._subtract(before, after)))

    def apart(self, mine: int, other: Norms, theirs: int) -> np.ndarray | Failure | None:
        """A tensor of this run minus one of another, float64."""
        return self._ask(("apart", id(other), mine, theirs), mine, lambda: self._from(mine, other, theirs))

    def of_apart(self, mine: int, other: Norms, theirs: int) -> Statistics | Failure | None:
        """Statistics of that difference; it itself isn't kept."""
        key = ("of apart", id(other), mine, theirs)
        return self._ask(key, mine, lambda: _statistics(self._from(mine, other, theirs)))

    def _from(self, mine: int, other: Norms, theirs: int) -> np.ndarray:
        first, second = self._array_or_raise(mine), other._array_or_raise(theirs)
        if first.shape != second.shape:
            raise ValueError(f"shape {first.shape} here, {second.shape} there")
        wide = np.result_type(first, second, np.float64)
        with np.errstate(all="ignore"):
            return np.asarray(first.astype(wide) - second.astype(wide))

    @property
    def _reader(self) -> LogReader:
        assert self._timeline is not None
        return self._timeline.reader

    def _subtract(self, before: int, after: int) -> np.ndarray:
        first, second = self._array_or_raise(before), self._array_or_raise(after)
        with np.errstate(all="ignore"):
            return np.asarray(second ^ first if second.dtype.kind == "b" else second - first)

    def _ask(self, key: tuple[object, ...], tensor: int, compute: Callable[[], Any]) -> Any:
        size = self._size(tensor)
        return self._background.ask((id(self._timeline), *key), compute, size)

    def _size(self, tensor: int) -> int:
        assert self._timeline is not None
        try:
            shape = self._timeline.reader.layout_of(tensor).shape
        except (BpdebugError, IndexError):
            return 0
        size = 1
        for length in shape:
            size *= length
        return size

    def _array_or_raise(self, tensor: int) -> np.ndarray:
        found = self.array(tensor)
        if isinstance(found, Failure):
            raise found.error
        return found


def _statistics(array: np.ndarray) -> Statistics:
    from ...timeline.statistics import statistics

    return statistics(array)
