"""The tensors that a name means in many events at once, with as little as possible of each body read."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from ..conditions import syntax as s
from ..conditions.roles import Roles
from ..log.schema import EVENTS_FILE, Kind

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["first_rows"]

_FIELDS: dict[int, tuple[str, ...]] = {
    Kind.forward: ("op", "x", "y"),
    Kind.backward: ("op", "gx", "gy"),
    Kind.backward_started: ("roots", "seeds"),
    Kind.grad_accumulated: ("var", "before", "after"),
    Kind.gradient_hooked: ("var", "before", "after"),
    Kind.param_updated: ("var", "before", "grad", "after"),
    Kind.edited: ("var", "before", "after", "of"),
}
"""What is read of bodies, by kind."""
_TYPES: dict[str, tuple[Any, Any]] = {
    "op": (int, 0),
    "var": (int, -1),
    "of": (str, "value"),
    "before": (int | None, None),
    "after": (int | None, None),
    "grad": (int | None, None),
}
_LISTS: dict[str, Any] = {
    **dict.fromkeys(("x", "y", "roots"), list[tuple[int, int | None]]),
    **dict.fromkeys(("gx", "gy", "seeds"), list[int | None]),
}
_MOST_BYTES = 8 << 20
SEVERAL = -2
"""In place of a row: the name means several tensors there, or a difference."""


def first_rows(reader: LogReader, roles: Roles, tensor: s.Tensor, seqs: np.ndarray) -> np.ndarray:
    """For each event the row of the tensor that the name means: -1 for none, `SEVERAL` where that isn't all.

    Args:
        seqs: events of the log, ascending.
    """
    rows = np.full(len(seqs), -1, np.int64)
    if not len(seqs):
        return rows
    index = reader.index[seqs]
    kinds = index["kind"]
    for kind in np.unique(kinds).tolist():
        if kind not in _FIELDS:
            continue
        mine = np.flatnonzero(kinds == kind)
        for piece in _pieces(index, mine):
            rows[piece] = _rows_of_kind(reader, roles, tensor, kind, index[piece])
    return rows


def _pieces(index: np.ndarray, mine: np.ndarray) -> list[np.ndarray]:
    """`mine` in parts whose bodies lie within a few megabytes of each other."""
    part = index["offset"][mine].astype(np.int64) // _MOST_BYTES
    return np.split(mine, np.flatnonzero(np.diff(part)) + 1)


def _rows_of_kind(
    reader: LogReader, roles: Roles, tensor: s.Tensor, kind: int, index: np.ndarray
) -> list[int]:
    begins = index["offset"].astype(np.int64)
    low = int(begins.min())
    begins -= low
    size = int((begins + index["length"]).max())
    if size > 2 * _MOST_BYTES:  # only of a damaged log
        return [-1] * len(index)
    file = os.open(reader.directory / EVENTS_FILE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.pread(file, size, low)
    finally:
        os.close(file)
    decode = _decoder(kind).decode
    spans = zip(begins.tolist(), index["length"].tolist(), strict=True)
    quick = roles.field_and_places(tensor, kind)
    if quick is not None:
        return _rows_by_place(data, spans, decode, *quick)
    find = roles.find
    found: list[int] = []
    for begin, length in spans:
        try:
            several = find(tensor, kind, decode(data[begin : begin + length]))
        except (msgspec.MsgspecError, ValueError, IndexError):
            several = []
        if not several:
            found.append(-1)
        elif len(several) > 1 or several[0].less is not None:
            found.append(SEVERAL)
        else:
            found.append(several[0].piece.row)
    return found


def _rows_by_place(
    data: bytes,
    spans: Iterable[tuple[int, int]],
    decode: Callable[[bytes], Any],
    field: str,
    places_of: Callable[[int, int], tuple[int, ...]],
) -> list[int]:
    """The rows of a role, whose places are the same in all events of an op."""
    pairs = field in ("x", "y")
    known: dict[tuple[int, int], tuple[int, ...]] = {}
    found: list[int] = []
    for begin, length in spans:
        try:
            body = decode(data[begin : begin + length])
        except (msgspec.MsgspecError, ValueError):
            found.append(-1)
            continue
        items = getattr(body, field)
        key = body.op, len(items)
        places = known.get(key)
        if places is None:
            places = known[key] = places_of(*key)
        rows = [row for place in places if (row := items[place][1] if pairs else items[place]) is not None]
        found.append(rows[0] if len(rows) == 1 else SEVERAL if rows else -1)
    return found


@functools.cache
def _decoder(kind: int) -> msgspec.json.Decoder[Any]:
    fields = [
        (name, _LISTS[name], msgspec.field(default_factory=list)) if name in _LISTS else (name, *_TYPES[name])
        for name in _FIELDS[kind]
    ]
    return msgspec.json.Decoder(msgspec.defstruct(f"Some_{Kind(kind).name}", fields, gc=False))
