"""The tensors that a name means in many events at once, with as little as possible of each body read."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from ..conditions import syntax as s
from ..conditions.roles import Found, Roles, parameter_fields
from ..log.schema import EVENTS_FILE, Kind

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["NONE", "SEVERAL", "rows_of"]

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
_OF_PARAMETERS = (Kind.grad_accumulated, Kind.gradient_hooked, Kind.param_updated)
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
NONE, SEVERAL = -1, -2
"""In place of a row: there is no such tensor, and the name means several there."""


def rows_of(
    reader: LogReader, roles: Roles, tensor: s.Tensor, seqs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each event the row of the tensor that the name means, and of the one that is to be subtracted from it.

    Args:
        seqs: events of the log, ascending.

    Returns:
        Two int64 arrays: `NONE` for no tensor, `SEVERAL` (in the first) where one row isn't all.
    """
    rows, less = np.full((2, len(seqs)), NONE, np.int64)
    if not len(seqs):
        return rows, less
    index = reader.index[seqs]
    kinds = index["kind"]
    for kind in np.unique(kinds).tolist():
        if kind not in _FIELDS:
            continue
        mine = np.flatnonzero(kinds == kind)
        for piece in _pieces(index, mine):
            rows[piece], less[piece] = _rows_of_kind(reader, roles, tensor, kind, index[piece])
    return rows, less


def _pieces(index: np.ndarray, mine: np.ndarray) -> list[np.ndarray]:
    """`mine` in parts whose bodies lie within a few megabytes of each other."""
    part = index["offset"][mine].astype(np.int64) // _MOST_BYTES
    return np.split(mine, np.flatnonzero(np.diff(part)) + 1)


def _rows_of_kind(
    reader: LogReader, roles: Roles, tensor: s.Tensor, kind: int, index: np.ndarray
) -> tuple[np.ndarray | list[int] | int, np.ndarray | int]:
    begins = index["offset"].astype(np.int64)
    low = int(begins.min())
    begins -= low
    size = int((begins + index["length"]).max())
    if size > 2 * _MOST_BYTES:  # only of a damaged log
        return NONE, NONE
    file = os.open(reader.directory / EVENTS_FILE, os.O_RDONLY | os.O_CLOEXEC)
    try:
        data = os.pread(file, size, low)
    finally:
        os.close(file)
    spans = zip(begins.tolist(), (begins + index["length"]).tolist(), strict=True)
    bodies = _decoded(kind, [data[begin:end] for begin, end in spans])
    quick = roles.field_and_places(tensor, kind)
    if quick is not None:
        return _rows_by_place(bodies, *quick), NONE
    if kind in _OF_PARAMETERS:
        return _rows_of_parameters(bodies, roles, tensor, kind)
    found: list[int] = []
    for body in bodies:
        try:
            several = roles.find(tensor, kind, body) if body is not None else []
        except IndexError:  # of a damaged body
            several = []
        found.append(NONE if not several else SEVERAL if _is_more(several) else several[0].piece.row)
    return found, NONE


def _is_more(found: list[Found]) -> bool:
    return len(found) > 1 or found[0].less is not None


def _decoded(kind: int, lines: list[bytes]) -> list[Any]:
    """The bodies of one kind; None for a damaged one."""
    one, many = _decoders(kind)
    try:
        bodies: list[Any] = many.decode(b"[" + b",".join(lines) + b"]")
    except (msgspec.MsgspecError, ValueError):
        bodies = []
    if len(bodies) == len(lines):
        return bodies
    bodies = []
    for line in lines:
        try:
            bodies.append(one.decode(line))
        except (msgspec.MsgspecError, ValueError):
            bodies.append(None)
    return bodies


def _rows_of_parameters(
    bodies: list[Any], roles: Roles, tensor: s.Tensor, kind: int
) -> tuple[np.ndarray | int, np.ndarray | int]:
    """The rows in events about one parameter, where the same fields of all bodies hold them."""
    fields = parameter_fields(tensor, kind)
    if not fields:
        return NONE, NONE
    variables = np.array([body.var if body is not None else -1 for body in bodies])
    about = np.zeros(len(bodies), bool)
    for variable in np.unique(variables).tolist():
        if roles.is_about(tensor.name, variable):
            about |= variables == variable
    rows = []
    for field in fields:
        values = [None if body is None else getattr(body, field) for body in bodies]
        rows.append(np.array([NONE if value is None else value for value in values], np.int64))
        about &= rows[-1] != NONE
    found = [np.where(about, column, NONE) for column in rows]
    return found[0], found[1] if len(found) > 1 else NONE


def _rows_by_place(
    bodies: list[Any], field: str, places_of: Callable[[int, int], tuple[int, ...]]
) -> list[int]:
    """The rows of a role, whose places are the same in all events of an op."""
    pairs = field in ("x", "y")
    known: dict[tuple[int, int], tuple[int, ...]] = {}
    found: list[int] = []
    for body in bodies:
        if body is None:
            found.append(NONE)
            continue
        items = getattr(body, field)
        key = body.op, len(items)
        places = known.get(key)
        if places is None:
            places = known[key] = places_of(*key)
        if len(places) == 1:
            row = items[places[0]][1] if pairs else items[places[0]]
            found.append(NONE if row is None else row)
            continue
        rows = [row for place in places if (row := items[place][1] if pairs else items[place]) is not None]
        found.append(rows[0] if len(rows) == 1 else SEVERAL if rows else NONE)
    return found


@functools.cache
def _decoders(kind: int) -> tuple[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]]:
    """Of one body, and of a list of them."""
    fields = [
        (name, _LISTS[name], msgspec.field(default_factory=list)) if name in _LISTS else (name, *_TYPES[name])
        for name in _FIELDS[kind]
    ]
    some = msgspec.defstruct(f"Some_{Kind(kind).name}", fields, gc=False)
    return msgspec.json.Decoder(some), msgspec.json.Decoder(list[some])  # type: ignore[valid-type]
