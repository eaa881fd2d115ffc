"""The numbers at the beginning of very many bodies, read from their bytes all at once.

The fields that say which tensors an event has stand first in its line, always in the same order. So the bytes of
thousands of lines are compared, and turned into numbers, by a few operations over arrays, where JSON would make an
object of each. Lines that look otherwise are told apart, and left to whoever reads JSON.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..log.schema import Kind

__all__ = ["LONGEST_LIST", "NONE", "PARAMETER_KINDS", "Items", "parameter_numbers", "slots_of"]

NONE = -1
"""In place of a row: there is no such tensor."""
LONGEST_LIST = 16
"""Longer ones are left to whoever reads JSON."""

PARAMETER_KINDS: dict[int, tuple[str, ...]] = {
    Kind.param_updated: ("var", "before", "grad", "after"),
    Kind.grad_accumulated: ("var", "before", "add", "after"),
}
"""Kinds about one parameter, with the fields that stand first in their bodies."""

_BYTES = 8
_END = int.from_bytes(b"}\n", "little")
_NULL = int.from_bytes(b"null", "little")
_LOW_HALF = np.uint64(0xFFFFFFFF)
_ZEROS = np.uint64(0x3030303030303030)
_ABOVE_NINE = np.uint64(0x7676767676767676)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ONE, _EIGHT = np.uint64(1), np.uint64(8)
_COMMA, _OPEN, _CLOSE = ord(","), ord("["), ord("]")


class Items(NamedTuple):
    """A list of each line: how many items it has, and of each line and place the variable and the row.

    `variables` and `rows` are int64 arrays (lines, `LONGEST_LIST` or fewer), `NONE` where there is no item. `variables`
    is all `NONE` in lists of rows alone.
    """

    counts: np.ndarray
    variables: np.ndarray
    rows: np.ndarray


def parameter_numbers(
    data: bytes, begins: np.ndarray, ends: np.ndarray, kind: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The numbers of events about one parameter.

    Args:
        data: the file, or a part of it.
        begins, ends: where each line is in `data`.
        kind: one of `PARAMETER_KINDS`.

    Returns:
        The fields, `NONE` where one is null, and which lines could be read so.
    """
    lines = _Lines(data, begins, ends)
    lines.expect(f'{{"kind":"{Kind(kind).name}"')
    fields = {}
    for name in PARAMETER_KINDS[kind]:
        lines.expect(f',"{name}":')
        fields[name] = lines.number()
    return fields, lines.good


def slots_of(
    data: bytes, begins: np.ndarray, ends: np.ndarray, kind: int, until: str = ""
) -> tuple[np.ndarray, dict[str, Items], np.ndarray]:
    """The ops of forward or backward events, their lists of tensors by field, and which lines could be read so.

    Args:
        data, begins, ends: as for `parameter_numbers`.
        kind: `Kind.forward` or `Kind.backward`.
        until: the last field that is wanted.
    """
    lines = _Lines(data, begins, ends)
    lines.expect(f'{{"kind":"{Kind(kind).name}","op":')
    ops = lines.number()
    if kind == Kind.backward:
        lines.expect(',"forward":')
        lines.number()
    fields = {}
    for name in ("x", "y") if kind == Kind.forward else ("gy", "gx"):
        lines.expect(f',"{name}":[')
        fields[name] = lines.items(pairs=kind == Kind.forward)
        if name == until:
            break
    return ops, fields, lines.good


class _Lines:
    """A place in each of many lines, all of which go on together; `good` are those that were as expected so far."""

    def __init__(self, data: bytes, begins: np.ndarray, ends: np.ndarray) -> None:
        # The eight bytes from any place on as one number, also from the last ones.
        self._words = np.ndarray((len(data),), "<u8", data + bytes(_BYTES), strides=(1,))
        self._at = begins.astype(np.int64)
        self._last = len(data) - 1
        self.good = ends - begins > 2
        self.good &= (self._words_at(ends - 2) & np.uint64(0xFFFF)) == _END

    def expect(self, text: str) -> None:
        """Go past this text."""
        wanted = text.encode()
        for begin in range(0, len(wanted), _BYTES):
            part = wanted[begin : begin + _BYTES]
            mask = np.uint64((1 << 8 * len(part)) - 1)
            self.good &= (self._words_at(self._at + begin) & mask) == int.from_bytes(part, "little")
        self._at += len(wanted)

    def number(self) -> np.ndarray:
        """Go past a whole number that isn't negative, or null: `NONE`."""
        length, value = self._digits(self._at)
        long = np.flatnonzero(length == _BYTES)
        if long.size:
            more, rest = self._digits(self._at[long] + _BYTES)
            value[long] = value[long] * 10**more + rest
            length[long] += more
            self.good[long] &= more < _BYTES
        without = np.flatnonzero(length == 0)
        if without.size:
            null = (self._words_at(self._at[without]) & _LOW_HALF) == _NULL
            value[without] = NONE
            length[without] = len("null")
            self.good[without] &= null
        self._at += length
        return value

    def items(self, pairs: bool) -> Items:
        """Go past the items of a list and its closing bracket."""
        count = len(self._at)
        counts = np.zeros(count, np.int64)
        variables: list[np.ndarray] = []
        rows: list[np.ndarray] = []
        closed = self._byte(self._at) == _CLOSE
        self._at += closed
        more = np.flatnonzero(self.good & ~closed)
        while more.size and len(rows) < LONGEST_LIST:
            part = self._some(more)
            if pairs:
                part.expect("[")
                variables.append(_spread(part.number(), more, count))
                part.expect(",")
            rows.append(_spread(part.number(), more, count))
            if pairs:
                part.expect("]")
            follows = self._byte(part._at)
            part._at += 1
            part.good &= (follows == _COMMA) | (follows == _CLOSE)
            self._at[more], self.good[more] = part._at, part.good
            counts[more] += 1
            more = more[part.good & (follows == _COMMA)]
        self.good[more] = False
        nothing = np.full((count, 0), NONE, np.int64)
        return Items(
            counts,
            np.stack(variables, 1) if variables else np.full((count, len(rows)), NONE, np.int64),
            np.stack(rows, 1) if rows else nothing,
        )

    def _some(self, places: np.ndarray) -> _Lines:
        """Those of the lines, to go on with alone."""
        some = object.__new__(_Lines)
        some._words, some._last = self._words, self._last
        some._at, some.good = self._at[places], self.good[places]
        return some

    def _words_at(self, at: np.ndarray) -> np.ndarray:
        words: np.ndarray = self._words[np.minimum(at, self._last)]
        return words

    def _byte(self, at: np.ndarray) -> np.ndarray:
        return self._words_at(at) & np.uint64(0xFF)

    def _digits(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many of the eight bytes there are digits until the first that isn't, and the number that they make.

        All eight at once: see Lemire, "Quickly parsing eight digits", 2018.
        """
        digits = self._words_at(at) ^ _ZEROS
        others = ((digits + _ABOVE_NINE) | digits) & _HIGH_BITS
        length = np.bitwise_count((others & (~others + _ONE)) - _ONE).astype(np.uint64) >> np.uint64(3)
        value = digits << ((_EIGHT - length) << np.uint64(3))
        value = (value * np.uint64(2561)) >> _EIGHT
        value = ((value & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601)) >> np.uint64(16)
        value = ((value & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001)) >> np.uint64(32)
        return length.astype(np.int64), value.astype(np.int64)


def _spread(values: np.ndarray, places: np.ndarray, count: int) -> np.ndarray:
    """`count` numbers: these in their places, elsewhere `NONE`."""
    spread = np.full(count, NONE, np.int64)
    spread[places] = values
    return spread
