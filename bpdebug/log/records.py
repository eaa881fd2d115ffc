"""What a line of `events.jsonl` says; `definition_records` has what those of `definitions.jsonl` do.

msgspec structs: the writer encodes them, the reader decodes into them, and the decoder refuses a line whose
types don't fit, so that a damaged or hostile log can't reach the rest of the program.

Field letters are the house's: `x` input, `y` output, `gy` gradient arriving, `gx` gradient leaving. A tensor is
named by its row in `tensors.idx`; a variable by a number that is its own for the whole run. The header that all
events share (iteration, phase, scope, source line ...) is in the index record, not repeated here.
"""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = [
    "BackwardBody",
    "BackwardFinishedBody",
    "BackwardStartedBody",
    "EditedBody",
    "Event",
    "FailedBody",
    "Fed",
    "ForwardBody",
    "GradAccumulatedBody",
    "GradientHookedBody",
    "GradsClearedBody",
    "OutputBody",
    "ParamUpdatedBody",
    "ReportedBody",
    "RunFinishedBody",
    "RunStartedBody",
    "ScopeEnteredBody",
    "ScopeExitedBody",
    "Slot",
    "UpdateFinishedBody",
    "UpdateStartedBody",
    "WarnedBody",
]

Number = float | int | str
"""A number for JSON, which has no NaN: non-finite ones are the strings "NaN", "Infinity", "-Infinity".

What is no real number is text, and so is what float64 doesn't hold ("1.234e+400").
"""


class Slot(msgspec.Struct, array_like=True):
    """A variable and the content that it had in this event; None where there was no content."""

    var: int
    tensor: int | None


class Fed(msgspec.Struct, array_like=True):
    """An array that the script handed to an op.

    `place` is that of the input; `serial` numbers the array objects, from 1, so that the same object is seen to come
    again; `rows` is the length of the array that this one is a slice of, 0 where it is none.
    """

    place: int
    serial: int
    rows: int = 0


class _Event(msgspec.Struct, tag_field="kind", omit_defaults=True):
    pass


class RunStartedBody(_Event, tag="run_started"):
    argv: list[str]
    script: str
    cwd: str
    versions: dict[str, str]
    """`python`, `numpy`, `blas`, `platform`, `bpdebug`, and `cupy` where it is there."""
    devices: list[str]
    random_state: str
    """Fingerprint of NumPy's global generator when the script began."""
    capture: str = "full"
    """What was to be recorded of tensors, as `--capture` says it."""
    max_bytes: int = 0
    """The budget (`--max-bytes`), 0 for none."""
    keep_when: str = ""
    """The condition on which values are kept for good (`--keep-when`), "" for none."""
    until: str = ""
    """The condition that ends the script (`--until`), "" for none."""


class ScopeEnteredBody(_Event, tag="scope_entered"):
    args: list[str] = []
    """One text an argument: shape and dtype of arrays, otherwise its type."""


class ScopeExitedBody(_Event, tag="scope_exited"):
    failed: bool = False
    """Left by an exception."""


class ForwardBody(_Event, tag="forward"):
    op: int
    x: list[Slot]
    y: list[Slot]
    attrs: dict[str, Any] = {}
    """The op's settings (axis, ratio ...): JSON values only."""
    train: bool = True
    grad: bool = True
    """Whether the op was put into the graph, so that a backward walk can reach it."""
    rng: str = ""
    """Fingerprint of the random state before the op drew numbers."""
    ns: int = 0
    settings: dict[str, Any] = {}
    """What, beside `attrs`, an op needs in order to be computed again: see `frontends.op_settings`."""
    held: list[int | None] = []
    """The tensors that `settings` mention by their place here: a mask that was drawn, an index array."""
    fed: list[Fed] = []
    """The inputs that no op made and that are no parameters."""
    kept: int = 0
    """Bytes of inputs and outputs that stay alive for the backward rule."""
    changed: list[int] = []
    """The places of the inputs that the script wrote into, outside any op, since an event last showed them."""
    rng_state: int | None = None
    """The tensor with the random state before the op drew numbers: uint32 (628,), a Mersenne twister's 624 words, the
    place in them, whether a normal number is held back, and the two halves of that number."""
    wrote: list[int] = []
    """The places of the inputs that the op itself wrote into; what they held before is shown."""


class BackwardStartedBody(_Event, tag="backward_started"):
    roots: list[Slot]
    seeds: list[int | None]
    """The gradient that the walk starts with, one a root."""
    nodes: int
    """How many function nodes are to be visited."""
    double: bool = False
    """enable_double_backprop: the walk itself is recorded in the graph."""
    call: str = "backward"
    """`backward` or `grad`."""


class BackwardFinishedBody(_Event, tag="backward_finished"):
    failed: bool = False


class BackwardBody(_Event, tag="backward"):
    op: int
    forward: int | None
    """seq of the forward event."""
    gy: list[int | None]
    gx: list[int | None]
    """One an input; None where there is none, and `why` says why."""
    x: list[int]
    """The input variables, in the order of `gx`."""
    y: list[int] = []
    """The output variables, in the order of `gy`."""
    why: dict[str, str] = {}
    """For the inputs (by their place) without gradient: the reason."""
    caller: int | None = None
    """The site of the call of backward()."""
    ns: int = 0
    changed: list[str] = []
    """The inputs and outputs (`x0`, `y0` ...) that the rule keeps and that changed since the forward pass."""
    wrote: list[int] = []
    """The places in `gy` of the output gradients that the step itself wrote into; what they held before is shown."""


class GradAccumulatedBody(_Event, tag="grad_accumulated"):
    var: int
    before: int | None
    add: int | None
    after: int | None
    node: int | None = None
    """The function node whose backward step contributed."""
    changed: list[str] = []
    """`before`, if that isn't what an event last showed: changed outside any op."""


class GradsClearedBody(_Event, tag="grads_cleared"):
    vars: list[int]
    zeroed: bool = False
    """zerograds(): set to zeros, rather than to None."""


class UpdateStartedBody(_Event, tag="update_started"):
    optimizer: str
    hyper: dict[str, Number | bool | None]
    t: int
    """Step count, the one that this update makes."""
    number: int = 0
    """Tells the optimizers of a run apart."""
    made: int | None = None
    """The site where the optimizer was constructed."""
    takes: list[int] | None = None
    """The parameters that it is given; None: as in its update before."""
    frozen: list[int] = []
    """Those of them whose update is disabled."""
    hooks: dict[str, dict[str, Number | bool | None]] = {}
    """Its hooks by name, with their settings; they and `frozen` are told with `takes`."""


class UpdateFinishedBody(_Event, tag="update_finished"):
    failed: bool = False


class GradientHookedBody(_Event, tag="gradient_hooked"):
    hook: str
    var: int
    before: int | None
    after: int | None
    changed: list[str] = []
    """`before`, if that isn't what an event last showed: changed outside any op."""


class ParamUpdatedBody(_Event, tag="param_updated"):
    var: int
    before: int | None
    grad: int | None
    after: int | None
    state_before: dict[str, int | Number | None] = {}
    """Optimizer state: a tensor where `state_tensors` names the key, else a plain number."""
    state_after: dict[str, int | Number | None] = {}
    state_tensors: list[str] = []
    lr: Number | None = None
    """Effective learning rate of this step, where the rule has one."""
    rule: str = ""
    changed: list[str] = []
    """Which of `before` and `grad` were changed outside any op since an event last showed them."""
    hyper: dict[str, Number | bool | None] = {}
    """The settings that this parameter has of its own, in place of the optimizer's."""


class ReportedBody(_Event, tag="reported"):
    name: str
    value: Number
    tensor: int | None = None


class OutputBody(_Event, tag="output"):
    stream: str
    text: str


class WarnedBody(_Event, tag="warned"):
    category: str
    text: str


class FailedBody(_Event, tag="failed"):
    type: str
    text: str
    traceback: str
    """As Python prints it, of user frames only."""
    op: str = ""
    shapes: list[str] = []
    left: str = "op"
    """What the exception left: an `op`, or the `script`."""
    operands: list[int | None] = []
    """The tensors that the op was computing with."""
    roles: list[str] = []
    """One an operand."""


class EditedBody(_Event, tag="edited"):
    var: int
    before: int | None
    after: int | None
    what: str = ""
    """What the person typed, such as `*= 0.5`."""
    of: str = "value"
    """What of the variable was changed: its `value`, or its `gradient`."""


class RunFinishedBody(_Event, tag="run_finished"):
    status: int
    reason: str
    totals: dict[str, int]


Event = (
    RunStartedBody
    | ScopeEnteredBody
    | ScopeExitedBody
    | ForwardBody
    | BackwardStartedBody
    | BackwardFinishedBody
    | BackwardBody
    | GradAccumulatedBody
    | GradsClearedBody
    | UpdateStartedBody
    | UpdateFinishedBody
    | GradientHookedBody
    | ParamUpdatedBody
    | ReportedBody
    | OutputBody
    | WarnedBody
    | FailedBody
    | EditedBody
    | RunFinishedBody
)
