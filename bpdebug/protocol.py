"""What the debugger and the child process say to each other, over an inherited socketpair.

One JSON object a line in each direction. The log itself never travels here: the child writes it to disk and
says only how far it is; the debugger reads the files.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from .stepping import Breakpoint, Goal

__all__ = [
    "Activity",
    "Answer",
    "Array",
    "AskActivity",
    "Compute",
    "Computed",
    "Edit",
    "Ended",
    "Evaluate",
    "FromChild",
    "Go",
    "Order",
    "Pause",
    "Paused",
    "Ready",
    "SetBreakpoints",
    "ToChild",
    "decode_from_child",
    "decode_to_child",
    "encode",
    "pack",
    "unpack",
]


class _Message(msgspec.Struct, tag_field="say"):
    pass


class Array(msgspec.Struct):
    """An array of numbers: `dtype` as NumPy writes it, the bytes in C order."""

    dtype: str
    shape: list[int]
    data: bytes


# ---- debugger to child ----------------------------------------------------------------------------------------


class Go(_Message, tag="go"):
    """Run until the goal is reached, a breakpoint is hit, or `Pause` arrives.

    Numbered from 1 on; `Paused.go` says which was the latest that the child had received.
    """

    goal: Goal
    number: int = 0


class Pause(_Message, tag="pause"):
    """Stop at the next event."""


class AskActivity(_Message, tag="ask_activity"):
    """Say what the child does between two events; answered at once, whatever it does."""


class SetBreakpoints(_Message, tag="breakpoints"):
    """Replace all breakpoints."""

    breakpoints: list[Breakpoint]


class Edit(_Message, tag="edit"):
    """Change a tensor of the event at which the run is paused, or a parameter.

    With `field`, it is the `place`-th tensor of that field of the event's body; without, the parameter `variable`. `of`
    says whether its `value` or its `gradient` is meant. `text` is read by `conditions.edits`.
    """

    number: int
    text: str
    field: str = ""
    place: int = 0
    variable: int = 0
    of: str = "value"


class Evaluate(_Message, tag="evaluate"):
    """Evaluate what the person has typed, in the frame of the paused script.

    With `complete` the name at its end is completed instead: the answer is what the text may become, a line each.
    """

    number: int
    text: str
    complete: bool = False


class Compute(_Message, tag="compute"):
    """Compute the script's own function of event `forward` again, for the inputs `x`.

    With `gy`, one gradient an output or none, also the gradients of the inputs; with `column`, an input and an element
    of it, how each output changes with that.
    """

    number: int
    forward: int
    x: list[Array]
    gy: list[Array | None] | None = None
    column: tuple[int, list[int]] | None = None


# ---- child to debugger ----------------------------------------------------------------------------------------


class Ready(_Message, tag="ready"):
    """The child runs and its log can be opened."""

    pid: int
    schema: int


class Paused(_Message, tag="paused"):
    """The child waits right after event `seq`, and all events up to it are on disk."""

    seq: int
    why: str
    """`start`, `step`, `breakpoint`, `pause` or `failed`; `edited` or `console` where an order made events."""
    go: int = 0
    """The number of the latest `Go` that had come; a debugger that has sent a later one need not heed this pause."""


class Activity(_Message, tag="activity"):
    """The answer to `AskActivity`: what has been going on since the latest event, or since the run went on after it."""

    seq: int
    """The latest event."""
    since_s: float
    go: int = 0
    """As `Paused.go`."""
    op: str = ""
    """What of which op is being computed, such as `Linear.backward`; "" where none is."""
    path: str = ""
    """The file of the innermost line of the user that is being run; "" where none is."""
    line: int = 0


class Answer(_Message, tag="answer"):
    """What became of the order with this number: a text to show; for an edit, why it can't be done, or ""."""

    number: int
    text: str


class Computed(_Message, tag="computed"):
    """The answer to the `Compute` with this number: outputs, and gradients or columns; or a problem in words."""

    number: int
    y: list[Array] = []
    found: list[Array | None] = []
    problem: str = ""


class Ended(_Message, tag="ended"):
    """The script is over and the log is complete; the process is about to exit."""

    seq: int
    status: int
    why: str


ToChild = Go | Pause | AskActivity | SetBreakpoints | Edit | Evaluate | Compute
FromChild = Ready | Paused | Activity | Answer | Computed | Ended
Order = Edit | Evaluate | Compute
"""What only a paused child does, and answers."""

encode = msgspec.json.Encoder().encode
decode_to_child = msgspec.json.Decoder(ToChild).decode
decode_from_child = msgspec.json.Decoder(FromChild).decode


def pack(arrays: Sequence[np.ndarray | None]) -> list[Array | None]:
    """Arrays of numbers as messages carry them; None stays."""
    return [
        None
        if array is None
        else Array(array.dtype.str, list(array.shape), np.ascontiguousarray(array).tobytes())
        for array in arrays
    ]


def unpack(arrays: Sequence[Array | None]) -> list[np.ndarray | None]:
    """The arrays, read-only.

    Raises:
        ValueError, TypeError: they are none.
    """
    return [
        None
        if array is None
        else np.frombuffer(array.data, np.dtype(array.dtype)).reshape([int(length) for length in array.shape])
        for array in arrays
    ]
