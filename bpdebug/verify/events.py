"""Checks events: their index records against each other, their bodies, and what both refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..errors import DamagedLog
from ..log import records as r
from ..log.definition_records import OpDefinition, SiteDefinition, VariableDefinition
from ..log.reader import LogReader
from ..log.references import definitions_of, tensors_of
from ..log.schema import NOTHING, Kind
from ..text import clean
from ..timeline.scan import pieces

__all__ = ["event_faults"]

_CLOSERS = [kind for kind in Kind if kind.closes]
_OPENERS = [kind for kind in Kind if kind.opens]


def event_faults(reader: LogReader, tell: Callable[[int], None]) -> Iterator[str]:
    """One line a fault."""
    yield from _index_faults(reader)
    for seq in range(len(reader)):
        if seq & 0xFFF == 0:
            tell(seq)
        try:
            body = reader.body(seq)
        except DamagedLog as error:
            yield clean(str(error).partition(": ")[2])
            continue
        for fault in _references(reader, seq, body):
            yield f"event {seq}: {fault}"
    for variable in reader.variables:
        if variable.first is not None and not 0 <= variable.first < reader.tensor_count:
            yield f"variable {clean(variable.name)}: tensor {variable.first} is missing"


def _index_faults(reader: LogReader) -> Iterator[str]:
    """Offsets, order, nesting and ordinals."""
    ordinals: dict[tuple[int, int, int], int] = {}
    iteration = end = 0
    openers = np.isin(reader.index["kind"], _OPENERS)
    for begin, part in pieces(reader.index, 0, len(reader)):
        rows = zip(*(part[name].tolist() for name in _FIELDS), strict=True)
        for seq, (
            offset,
            length,
            kind,
            phase,
            depth,
            now,
            scope,
            label,
            ordinal,
            partner,
            parent,
        ) in enumerate(rows, begin):
            if offset != end:
                yield f"event {seq}: its body should begin at byte {end}, not {offset}"
            end = offset + length
            if now < iteration:
                yield f"event {seq}: iteration {now} after iteration {iteration}"
            if now != iteration:
                ordinals.clear()
                iteration = now
            name = phase, scope, label
            ordinals[name] = ordinals.get(name, 0) + 1
            if ordinal != ordinals[name]:
                yield f"event {seq}: it is number {ordinals[name]} of its address, and says {ordinal}"
                ordinals[name] = ordinal
            if partner != NOTHING and partner >= seq:
                yield f"event {seq}: its partner {partner} comes later"
            elif partner != NOTHING and kind in _CLOSERS:
                opener = reader.index[partner]
                if not openers[partner] or int(opener["depth"]) != depth:
                    yield f"event {seq}: event {partner} doesn't open what it closes"
            if parent != NOTHING and (parent >= seq or not openers[parent]):
                yield f"event {seq}: event {parent} encloses nothing"


_FIELDS = (
    "offset", "length", "kind", "phase", "depth", "iteration", "scope", "label", "ordinal", "partner", "parent",
)  # fmt: skip


def _references(reader: LogReader, seq: int, body: r.Event) -> Iterator[str]:
    """What a body refers to and isn't there."""
    drawn_from = [body.rng_state] if isinstance(body, r.ForwardBody) else []
    for tensor in tensors_of(body) + drawn_from:
        if tensor is not None and not 0 <= tensor < reader.tensor_count:
            yield f"tensor {tensor} is missing"
    defined: dict[type, tuple[str, Sequence[object]]] = {
        OpDefinition: ("op", reader.ops),
        SiteDefinition: ("site", reader.sites),
        VariableDefinition: ("variable", reader.variables),
    }
    for kind, number in definitions_of(body):
        name, known = defined[kind]
        if not 0 <= number < len(known):
            yield f"{name} {number} is missing"
    if isinstance(body, r.BackwardBody) and body.forward is not None:
        is_forward = 0 <= body.forward < seq and int(reader.index[body.forward]["kind"]) == Kind.forward
        if not is_forward:
            yield f"event {body.forward} isn't its forward op"
