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
from ..log.regular_file import open_regular
from ..log.schema import EVENTS_FILE, Kind
from .body_numbers import LONGEST_LIST, NONE, PARAMETER_KINDS, Items, parameter_numbers, slots_of

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["SEVERAL", "Known", "rows_of"]

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
Known = dict[tuple[int, int, str], Any]
"""What was read of bodies: by kind, first byte, and last field."""
SEVERAL = -2
"""In place of a row: the name means several tensors there."""


def rows_of(
    reader: LogReader, roles: Roles, tensor: s.Tensor, seqs: np.ndarray, known: Known | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """For each event the row of the tensor that the name means, and of the one that is to be subtracted from it.

    Args:
        seqs: events of the log, ascending.
        known: what was read of the bodies of these events for another tensor; added to.

    Returns:
        Two int64 arrays: `NONE` for no tensor, `SEVERAL` (in the first) where one row isn't all.
    """
    rows, less = np.full((2, len(seqs)), NONE, np.int64)
    if not len(seqs):
        return rows, less
    index = reader.index
    # Column by column: whole records are eight times as much to copy.
    kinds = index["kind"][seqs]
    begins = index["offset"][seqs].astype(np.int64)
    ends = begins + index["length"][seqs]
    for kind in _FIELDS:
        mine = np.flatnonzero(kinds == kind)
        if not mine.size:
            continue
        # In parts whose bodies lie within a few megabytes of each other.
        for piece in np.split(mine, np.flatnonzero(np.diff(begins[mine] // _MOST_BYTES)) + 1):
            rows[piece], less[piece] = _rows_of_kind(
                reader, roles, tensor, kind, begins[piece], ends[piece], {} if known is None else known
            )
    return rows, less


def _rows_of_kind(
    reader: LogReader,
    roles: Roles,
    tensor: s.Tensor,
    kind: int,
    begins: np.ndarray,
    ends: np.ndarray,
    known: Known,
) -> tuple[np.ndarray | int, np.ndarray | int]:
    low = int(begins.min())
    begins, ends = begins - low, ends - low
    size = int(ends.max())
    if size > 2 * _MOST_BYTES:  # only of a damaged log
        return NONE, NONE
    file = open_regular(reader.directory / EVENTS_FILE)
    try:
        data = os.pread(file, size, low)
    finally:
        os.close(file)

    def once(field: str, read: Callable[..., Any], *args: Any) -> Any:
        place = kind, low, field
        if place not in known:
            known[place] = read(data, begins, ends, kind, *args)
        return known[place]

    rows, less, good = _read_at_once(roles, tensor, kind, len(begins), once)
    left = np.flatnonzero(~good)
    if left.size:
        spans = zip(begins[left].tolist(), ends[left].tolist(), strict=True)
        bodies = _decoded(kind, [data[begin:end] for begin, end in spans])
        rows[left], less[left] = _rows_of_bodies(bodies, roles, tensor, kind)
    return rows, less


def _read_at_once(
    roles: Roles, tensor: s.Tensor, kind: int, count: int, once: Callable[..., Any]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the bytes of so many lines say, and for which of them they do; `once` reads them."""
    rows, less = np.full((2, count), NONE, np.int64)
    quick = roles.field_and_places(tensor, kind)
    variable = roles.variable(tensor) if kind == Kind.forward else None
    if quick is not None or variable is not None:
        until = "" if quick is None else quick[0]
        ops, fields, good = once(until, slots_of, until)
        ops[~good] = NONE
        if quick is not None:
            field, places_of = quick
            return _at_places(ops, fields[field], places_of), less, good
        inputs, outputs = (_of_variable(fields[side], variable) for side in ("x", "y"))
        return np.where(inputs == NONE, outputs, inputs), less, good
    if kind in PARAMETER_KINDS:
        names = parameter_fields(tensor, kind)
        numbers, good = once("", parameter_numbers)
        about = _is_about(roles, tensor, np.where(good, numbers["var"], NONE))
        for name in names:
            about &= numbers[name] != NONE
        for column, name in zip((rows, less), names, strict=False):
            column[about] = numbers[name][about]
        return rows, less, good
    return rows, less, np.zeros(count, bool)


def _at_places(ops: np.ndarray, items: Items, places_of: Callable[[int, int], tuple[int, ...]]) -> np.ndarray:
    """The rows of a role, whose places are the same in all events of an op."""
    found = np.full(len(ops), NONE, np.int64)
    keys = ops * (LONGEST_LIST + 1) + items.counts
    for key in np.unique(keys).tolist():
        mine = keys == key
        op, count = divmod(key, LONGEST_LIST + 1)
        places = [place for place in places_of(op, count) if place < count] if op >= 0 else []
        found[mine] = _only_one(items.rows[mine][:, places])
    return found


def _of_variable(items: Items, variable: int | None) -> np.ndarray:
    """The rows of a variable in a list."""
    return _only_one(np.where(items.variables == variable, items.rows, NONE))


def _only_one(rows: np.ndarray) -> np.ndarray:
    """Of each event's rows the one that is there."""
    if not rows.shape[1]:
        return np.full(len(rows), NONE, np.int64)
    found: np.ndarray = rows.max(axis=1)
    found[(rows != NONE).sum(axis=1) > 1] = SEVERAL
    return found


def _is_about(roles: Roles, tensor: s.Tensor, variables: np.ndarray) -> np.ndarray:
    about = np.zeros(len(variables), bool)
    for variable in np.unique(variables).tolist():
        if roles.is_about(tensor.name, variable):
            about |= variables == variable
    return about


def _rows_of_bodies(
    bodies: list[Any], roles: Roles, tensor: s.Tensor, kind: int
) -> tuple[np.ndarray | list[int] | int, np.ndarray | int]:
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
    about = _is_about(
        roles, tensor, np.array([body.var if body is not None else -1 for body in bodies], np.int64)
    )
    rows = []
    for field in fields:
        values = [None if body is None else getattr(body, field) for body in bodies]
        rows.append(np.array([NONE if value is None else value for value in values], np.int64))
        about &= rows[-1] != NONE
    found = [np.where(about, column, NONE) for column in rows]
    return found[0], found[1] if len(found) > 1 else NONE


@functools.cache
def _decoders(kind: int) -> tuple[msgspec.json.Decoder[Any], msgspec.json.Decoder[Any]]:
    """Of one body, and of a list of them."""
    fields = [
        (name, _LISTS[name], msgspec.field(default_factory=list)) if name in _LISTS else (name, *_TYPES[name])
        for name in _FIELDS[kind]
    ]
    some = msgspec.defstruct(f"Some_{Kind(kind).name}", fields, gc=False)
    return msgspec.json.Decoder(some), msgspec.json.Decoder(list[some])  # type: ignore[valid-type]
