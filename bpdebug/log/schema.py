"""The shape of a run directory: file names, versions, kinds, and the fixed-width index records.

Not for reading or writing: `writer.py` and `reader.py` do that.

A run directory holds

* `run.json`           the schema version and who wrote it; where it is, the others are (segments come later);
* `definitions.jsonl`  what the other files refer to by number (`records.Definition`);
* `events.jsonl`       one body a line (`records.Event`), in the order of the events;
* `events.idx`         one `EVENT_INDEX` record an event: all that stepping and searching need;
* `tensors.idx`        one `TENSOR_INDEX` record a tensor content;
* `tensors.stats`      one `TENSOR_STATISTICS` record a tensor content, in the same order;
* `tensors-0000.seg`   raw C-ordered bytes, each content once, aligned to `TENSOR_ALIGNMENT`.

All are append-only. A record is written after everything that it refers to (bytes, then statistics, tensor record,
definitions, body, and the index record last), so a reader that trusts only whole index records sees only whole
events, even of a run that was killed.
"""

from __future__ import annotations

import enum

import numpy as np

__all__ = [
    "DEFINITIONS_FILE",
    "EVENTS_FILE",
    "EVENT_INDEX",
    "EVENT_INDEX_FILE",
    "FIRST_UNNAMED_VARIABLE",
    "NOTHING",
    "NOT_CAPTURED",
    "NO_CONTENT",
    "RUN_FILE",
    "SCHEMA_VERSION",
    "TENSOR_ALIGNMENT",
    "TENSOR_INDEX",
    "TENSOR_INDEX_FILE",
    "TENSOR_STATISTICS",
    "TENSOR_STATISTICS_FILE",
    "EventFlag",
    "Kind",
    "Phase",
    "TensorFlag",
    "segment_file",
]

SCHEMA_VERSION = 2
"""1: no `tensors.stats`."""

RUN_FILE = "run.json"
DEFINITIONS_FILE = "definitions.jsonl"
EVENTS_FILE = "events.jsonl"
EVENT_INDEX_FILE = "events.idx"
TENSOR_INDEX_FILE = "tensors.idx"
TENSOR_STATISTICS_FILE = "tensors.stats"

TENSOR_ALIGNMENT = 64
NOTHING = 0xFFFFFFFF
"""In an unsigned 32-bit field of an index record: there is none (no scope, no source line, no op ...)."""
NOT_CAPTURED = 0xFFFF
"""As the segment of a tensor record: its bytes were not kept; the layout definition says why."""
NO_CONTENT = bytes(16)
"""As the content of a tensor record: nobody looked at the bytes."""
FIRST_UNNAMED_VARIABLE = 1 << 20
"""Variables with a definition are numbered from 0, those without a name from here on."""


class Kind(enum.IntEnum):
    """What an event is; the numbers are part of the format, the names are what people read."""

    run_started = 0
    scope_entered = 1
    scope_exited = 2
    forward = 3
    backward_started = 4
    backward_finished = 5
    backward = 6
    grad_accumulated = 7
    grads_cleared = 8
    update_started = 9
    update_finished = 10
    gradient_hooked = 11
    param_updated = 12
    reported = 13
    output = 14
    warned = 15
    failed = 16
    edited = 17
    run_finished = 18

    @property
    def opens(self) -> bool:
        """Whether later events are nested in this one until its counterpart closes it."""
        return self in (Kind.scope_entered, Kind.backward_started, Kind.update_started)

    @property
    def closes(self) -> bool:
        """Whether this event ends the nesting that its counterpart opened."""
        return self in (Kind.scope_exited, Kind.backward_finished, Kind.update_finished)


class Phase(enum.IntEnum):
    """In which part of an iteration an event happened."""

    setup = 0
    forward = 1
    backward = 2
    update = 3
    evaluation = 4


class EventFlag(enum.IntFlag):
    """Bits of `flags` in an event record."""

    nonfinite = 1
    """A tensor that this event made holds a NaN or an infinity."""
    during_backward = 2
    """An op that a backward rule called while the walk was on (second order)."""
    value = 4
    """`value` holds a number: what `reported` reported, or the step count of an update."""
    parameter = 8
    """The event is about a parameter (as against another variable)."""


class TensorFlag(enum.IntFlag):
    """Bits of `flags` in a tensor record."""

    nan = 1
    inf = 2


EVENT_INDEX = np.dtype(
    [
        ("offset", "<u8"),  # of the body in events.jsonl, bytes
        ("length", "<u4"),  # of the body with its newline, bytes
        ("kind", "u1"),  # Kind
        ("phase", "u1"),  # Phase
        ("depth", "<u2"),  # nesting: an opening event and its closing one have the same depth
        ("iteration", "<u4"),
        ("scope", "<u4"),  # ScopeDefinition: the link whose call this event belongs to
        ("label", "<u4"),  # TextDefinition: op label, parameter name, hook, report name ...
        ("site", "<u4"),  # SiteDefinition: the user's stack; of a backward step, that of its forward op
        ("node", "<u4"),  # the function node, of forward and backward events
        ("ordinal", "<u4"),  # 1 for the first event of its address in this iteration, 2 for the second ...
        ("thread", "<u2"),  # ThreadDefinition
        ("flags", "<u2"),  # EventFlag
        ("partner", "<u4"),  # seq of: a backward step's forward op; a closing event's opening event
        ("parent", "<u4"),  # seq of the opening event that encloses this one
        ("time_us", "<u4"),  # since the run started, microseconds, saturating after 71 minutes
        ("value", "<f8"),  # see EventFlag.value
    ]
)
assert EVENT_INDEX.itemsize == 64, EVENT_INDEX.itemsize

TENSOR_INDEX = np.dtype(
    [
        ("content", "V16"),  # XXH3-128 of the C-ordered bytes, big endian
        ("offset", "<u8"),  # in the segment, bytes
        ("segment", "<u2"),  # number of the segment file, or NOT_CAPTURED
        ("flags", "<u2"),  # TensorFlag
        ("layout", "<u4"),  # LayoutDefinition: dtype, shape, device
    ]
)
assert TENSOR_INDEX.itemsize == 32, TENSOR_INDEX.itemsize

TENSOR_STATISTICS = np.dtype(
    [
        ("size", "<u8"),  # elements; 0 where nothing was measured
        ("min", "<f8"),  # of the finite elements, as are max, mean, std and l2; NaN where none is finite
        ("max", "<f8"),
        ("mean", "<f8"),
        ("std", "<f8"),  # of the population
        ("l2", "<f8"),
        ("nan", "<u4"),  # how many elements; counts stay at 4294967295
        ("pos_inf", "<u4"),
        ("neg_inf", "<u4"),
        ("zeros", "<u4"),
    ]
)
assert TENSOR_STATISTICS.itemsize == 64, TENSOR_STATISTICS.itemsize


def segment_file(number: int) -> str:
    """The name of tensor segment `number` in a run directory."""
    return f"tensors-{number:04d}.seg"
