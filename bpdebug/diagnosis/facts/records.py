"""The pieces of a `History`: plain records, made once by `facts.history`."""

from __future__ import annotations

import dataclasses
from typing import Any

__all__ = [
    "Accumulated",
    "Cleared",
    "Hooked",
    "Layer",
    "Moved",
    "Op",
    "Parameter",
    "Step",
    "Update",
    "Value",
    "Walk",
]

Value = tuple[int, int | None]
"""A variable and the tensor that it held."""


@dataclasses.dataclass(slots=True, eq=False)
class Parameter:
    """A parameter of the run; `layer` is the path of the link that holds it."""

    number: int
    name: str
    layer: str
    made: int | None
    registered: bool
    first: int | None
    used_by: list[Op] = dataclasses.field(default_factory=list)
    moved: list[Moved] = dataclasses.field(default_factory=list)
    received: list[Accumulated] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True)
class Layer:
    """A link that was called: its path, its class, and the site where it was constructed."""

    path: str
    cls: str
    made: int | None
    registered: bool


@dataclasses.dataclass(slots=True, eq=False)
class Op:
    """One op of a forward pass.

    `sources` are the ops that made its inputs (None for leaves), `readers` those that read its outputs; `in_graph` says
    that a backward walk can reach it. `call` numbers the outermost call of a link (or single op) that it belongs to;
    `wrote` has the places of the inputs that its own code wrote into.
    """

    seq: int
    label: str
    cls: str
    own: bool
    x: list[Value]
    y: list[Value]
    attrs: dict[str, Any]
    train: bool
    in_graph: bool
    phase: int
    iteration: int
    scope: str
    site: int
    fed: dict[int, tuple[int, int]]
    nonfinite: bool
    call: int
    during: bool
    x_roles: list[str]
    formula: str = ""
    wrote: list[int] = dataclasses.field(default_factory=list)
    sources: list[Op | None] = dataclasses.field(default_factory=list)
    readers: list[Op] = dataclasses.field(default_factory=list)
    steps: list[Step] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True, eq=False)
class Step:
    """One backward step: gradients that came in (`gy`) and went out (`gx`), as tensors."""

    seq: int
    op: Op | None
    label: str
    gy: list[int | None]
    gx: list[int | None]
    x: list[int]
    why: dict[str, str]
    changed: list[str]
    nonfinite: bool
    scope: str
    site: int
    walk: Walk


@dataclasses.dataclass(slots=True, eq=False)
class Accumulated:
    """A gradient that came to a variable: `before` and `after` are tensors."""

    seq: int
    var: int
    before: int | None
    add: int | None
    after: int | None
    nonfinite: bool
    walk: Walk | None


@dataclasses.dataclass(slots=True, eq=False)
class Walk:
    """One call of backward(); `finished` is False where the run, or what is read of it, ends inside."""

    seq: int
    iteration: int
    roots: list[Value]
    caller: int
    call: str
    root_op: Op | None
    loss: float | None
    steps: list[Step] = dataclasses.field(default_factory=list)
    received: list[Accumulated] = dataclasses.field(default_factory=list)
    failed: bool = False
    finished: bool = False


@dataclasses.dataclass(slots=True, eq=False)
class Cleared:
    """A call of cleargrads() or zerograds()."""

    seq: int
    iteration: int
    vars: frozenset[int]
    site: int


@dataclasses.dataclass(slots=True, eq=False)
class Hooked:
    """A hook changed a parameter's gradient."""

    seq: int
    hook: str
    var: int
    before: int | None
    after: int | None


@dataclasses.dataclass(slots=True, eq=False)
class Moved:
    """A parameter's update.

    Attributes:
        state: the tensors that the optimizer remembers, after it.
        hyper: the settings that the parameter has of its own, in place of the optimizer's.
    """

    seq: int
    var: int
    before: int | None
    grad: int | None
    after: int | None
    lr: float | None
    nonfinite: bool
    iteration: int
    update: Update
    state: dict[str, int | None]
    hyper: dict[str, Any]


@dataclasses.dataclass(slots=True, eq=False)
class Update:
    """One call of an optimizer's update; `takes` and `frozen` are always filled in."""

    seq: int
    iteration: int
    optimizer: str
    number: int
    hyper: dict[str, Any]
    t: int
    made: int | None
    site: int
    takes: list[int]
    frozen: frozenset[int]
    hooks: dict[str, dict[str, Any]]
    moved: list[Moved] = dataclasses.field(default_factory=list)
    hooked: list[Hooked] = dataclasses.field(default_factory=list)

    def rate(self) -> float | None:
        """The learning rate as the script set it, not what Adam's correction for its first steps makes of it."""
        for name in ("alpha", "lr"):
            rate = self.hyper.get(name)
            if isinstance(rate, int | float) and not isinstance(rate, bool):
                return float(rate)
        return next((moved.lr for moved in self.moved if moved.lr is not None), None)
