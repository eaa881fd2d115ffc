"""JSON Lines: one event a line, everything that it refers to spelled out.

The lines are described in docs/export-jsonl.md and, for programs, in docs/event.schema.json.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from ..errors import DamagedLog
from ..log.schema import NOTHING, EventFlag, Kind, Phase
from . import ExportOptions, ExportReport
from .bodies import Bodies
from .plain_values import json_number
from .selection import Selection
from .tensor_json import Tensors

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["FORMAT_VERSION", "event_object", "write"]

FORMAT_VERSION = 1
"""`format` of every line; goes up when a field changes its meaning or goes away."""


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the selected events of the log to `stream`, in order.

    Raises:
        OSError: the stream can't be written.
    """
    bodies = Bodies(reader, Tensors(reader, options.tensors))
    encode = msgspec.json.Encoder().encode
    events = damaged = 0
    for seq in Selection(reader, options).seqs():
        line = event_object(reader, bodies, seq)
        events += 1
        damaged += line["body"] is None
        stream.write(encode(line) + b"\n")
    notes = ("what was wrong with an event stands in its line, as `problem`",) if damaged else ()
    return ExportReport(events, damaged, notes)


def event_object(reader: LogReader, bodies: Bodies, seq: int) -> dict[str, Any]:
    """One event as plain JSON values. A damaged one has no body and says why in `problem`."""
    header = reader.index[seq]
    flags = EventFlag(int(header["flags"]))
    event: dict[str, Any] = {
        "format": FORMAT_VERSION,
        "seq": seq,
        "address": None,
        "kind": _member_name(Kind, int(header["kind"])),
        "phase": _member_name(Phase, int(header["phase"])),
        "iteration": int(header["iteration"]),
        "depth": int(header["depth"]),
        "parent": _seq(header["parent"]),
        "partner": _seq(header["partner"]),
        "scope": bodies.scope(int(header["scope"])),
        "label": bodies.text(int(header["label"])),
        "ordinal": int(header["ordinal"]),
        "node": _seq(header["node"]),
        "thread": bodies.thread(int(header["thread"])),
        "time_us": int(header["time_us"]),
        "nonfinite": bool(flags & EventFlag.nonfinite),
        "during_backward": bool(flags & EventFlag.during_backward),
        "value": json_number(float(header["value"])) if flags & EventFlag.value else None,
        "source": bodies.frames(int(header["site"])),
        "body": None,
    }
    try:
        event["address"] = reader.address(seq)
        event["body"] = bodies.object(seq)
    except DamagedLog as error:
        event["problem"] = str(error)
    return event


def _member_name(members: type[Kind] | type[Phase], number: int) -> str:
    return members(number).name if number in members.__members__.values() else f"unknown {number}"


def _seq(number: Any) -> int | None:
    return None if number == NOTHING else int(number)
