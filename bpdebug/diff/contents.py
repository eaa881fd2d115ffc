"""Compares two tensors of two logs: by their content ids first, by their values only where these differ."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np

from ..errors import DamagedLog, NotCaptured
from ..log.schema import NO_CONTENT, TENSOR_INDEX
from ..log.statistics import Statistics
from ..text import clean, number, shape_text
from ..timeline.names import dtype_name
from .common_names import CommonNames, Side
from .values import Gap, Tolerance, compare_arrays

__all__ = ["Contents", "Verdict", "dtype_words"]

_RECORD = struct.Struct("<16sQHHI")
assert _RECORD.size == TENSOR_INDEX.itemsize
_REMEMBERED = 1 << 16


class Verdict(NamedTuple):
    """What two tensors differ in; nothing at all is None, not a Verdict.

    Attributes:
        different: past the tolerance.
        known: whether their values could be compared.
        why: in words where it isn't the values: another shape, one is missing ...
        gap: of the values, where they were compared.
    """

    different: bool
    known: bool
    why: str
    gap: Gap | None


class Contents:
    """Remembers what it has compared: most tensors appear in several events."""

    def __init__(self, names: CommonNames, tolerance: Tolerance) -> None:
        self._a, self._b = names.a, names.b
        self._tolerance = tolerance
        self._verdicts: dict[tuple[int, int], Verdict | None] = {}
        self.look_again()

    def look_again(self) -> None:
        """Make sure that the files still hold the tensor records.

        Raises:
            DamagedLog: one was cut off while it was read.
        """
        self._records_a, self._records_b = _records(self._a), _records(self._b)

    def other_content(self, a: int | None, b: int | None) -> bool:
        """Whether the two tensors aren't the same bytes, dtype and shape; False where their records can't tell."""
        if a is None or b is None:
            return a is not b
        return self._alike(a, b) is False

    def compare(self, a: int | None, b: int | None) -> Verdict | None:
        """What tensor `a` of A and tensor `b` of B differ in; None for the same bytes, dtype and shape."""
        if a is None or b is None:
            return None if a is b else Verdict(True, True, f"only {'B' if a is None else 'A'} has it", None)
        if self._alike(a, b):
            return None
        key = a, b
        if key not in self._verdicts:
            if len(self._verdicts) >= _REMEMBERED:
                self._verdicts.clear()
            self._verdicts[key] = self._compare_values(a, b)
        return self._verdicts[key]

    @property
    def all_known(self) -> bool:
        """Whether `unknown` is false of any two tensors: each that the runs have now has a content id that decides."""
        nothing = np.zeros((), "V16")
        sides = (self._a, self._b)
        return self._tolerance.exact and not any(
            (side.reader.tensors["content"] == nothing).any() for side in sides
        )

    def unknown(self, a: int | None, b: int | None) -> bool:
        """Whether it can't be told if the two tensors differ: one of the runs didn't keep what that takes."""
        if a is None or b is None:
            return False
        alike = self._alike(a, b)
        if alike or (alike is False and self._tolerance.exact):
            return False
        verdict = self.compare(a, b)
        return verdict is not None and not verdict.known and not verdict.different

    def _alike(self, a: int, b: int) -> bool | None:
        """Whether two tensors are the same bytes, dtype and shape by their records; None where these can't tell."""
        size = TENSOR_INDEX.itemsize
        record_a = self._records_a[a * size : a * size + size] if a >= 0 else b""
        record_b = self._records_b[b * size : b * size + size] if b >= 0 else b""
        if len(record_a) != size or len(record_b) != size:
            return None
        content_a, _, _, _, layout_a = _RECORD.unpack(record_a)
        content_b, _, _, _, layout_b = _RECORD.unpack(record_b)
        if NO_CONTENT in (content_a, content_b):
            return None
        return bool(content_a == content_b and self._a.layout(layout_a) == self._b.layout(layout_b))

    def _without_values(self, a: int, b: int, why: str) -> Verdict:
        """Of tensors whose values aren't both there: their content ids tell whether they differ, not how much."""
        both = [side.reader.tensors[row]["content"].tobytes() for side, row in ((self._a, a), (self._b, b))]
        if not self._tolerance.exact or NO_CONTENT in both:
            return Verdict(False, False, clean(why), None)
        found = _statistics_words(
            self._a.reader.recorded_statistics(a), self._b.reader.recorded_statistics(b)
        )
        return Verdict(True, False, clean(f"the values differ, by how much isn't known: {why}{found}"), None)

    def _compare_values(self, a: int, b: int) -> Verdict | None:
        try:
            layout_a, layout_b = self._a.reader.layout_of(a), self._b.reader.layout_of(b)
            if layout_a.shape != layout_b.shape:
                shapes = f"{shape_text(layout_a.shape)} in A, {shape_text(layout_b.shape)} in B"
                return Verdict(True, True, f"shape {shapes}", None)
            first, second = self._a.reader.array(a), self._b.reader.array(b)
        except NotCaptured as error:
            return self._without_values(a, b, str(error))
        except DamagedLog as error:
            return Verdict(True, False, clean(str(error)), None)
        gap = compare_arrays(first, second, self._tolerance)
        why = dtype_words(dtype_name(layout_a.dtype), dtype_name(layout_b.dtype))
        if why:
            return Verdict(gap.beyond > 0 or self._tolerance.exact, True, why, gap)
        if not gap.differing:
            return None
        return Verdict(gap.beyond > 0, True, "", gap)


def dtype_words(a: str, b: str) -> str:
    """Of two names of dtypes, which don't tell the order of bytes, what differs; "" where nothing does."""
    return "" if a == b else f"{a} in A, {b} in B"


def _statistics_words(first: Statistics | None, second: Statistics | None) -> str:
    """The first of the statistics that are not alike, in both runs; "" where they say nothing."""
    if first is None or second is None:
        return ""
    for name in ("nan", "pos_inf", "neg_inf", "l2", "mean", "std", "min", "max", "zeros"):
        one, other = getattr(first, name), getattr(second, name)
        if one != other:
            texts = number(one), number(other)
            if texts[0] == texts[1]:  # a small difference of large numbers
                texts = repr(one), repr(other)
            return f"; {name} {texts[0]} in A, {texts[1]} in B"
    return ""


def _records(side: Side) -> memoryview:
    records = np.asarray(side.reader.tensors)
    return records.view(np.uint8).data if len(records) else memoryview(b"")
