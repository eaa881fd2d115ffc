"""What a line of `definitions.jsonl` says: the things that events refer to by number.

msgspec structs, as those of events in `records`.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "Definition",
    "DroppedDefinition",
    "Frame",
    "LayoutDefinition",
    "OpDefinition",
    "ScopeDefinition",
    "SiteDefinition",
    "SourceDefinition",
    "TextDefinition",
    "ThreadDefinition",
    "VariableDefinition",
]


class _Definition(msgspec.Struct, tag_field="def", omit_defaults=True):
    id: int


class TextDefinition(_Definition, tag="text"):
    """A string that index records refer to as their `label`."""

    text: str


class ScopeDefinition(_Definition, tag="scope"):
    """A link, by the path from the outermost link that owns it: `MLP.l1`."""

    path: str
    cls: str
    made: int | None = None
    """The site where it was constructed."""
    registered: bool = True
    """False for a link that is an attribute of another one, which doesn't know it as its own."""
    own: bool = False
    """Whether its class is the script's own: a call of it runs the script's lines."""


class OpDefinition(_Definition, tag="op"):
    """A kind of function node."""

    cls: str
    """Class name, such as `LinearFunction`."""
    label: str
    """What people call it: `linear`."""
    x_roles: list[str] = []
    """Roles of its inputs, such as `["x", "W", "b"]`; shorter than the inputs where the op takes any number."""
    y_roles: list[str] = []
    formula: str = ""


class LayoutDefinition(_Definition, tag="layout"):
    """dtype, shape and device of tensors; for those without bytes, why."""

    dtype: str
    """NumPy's `dtype.str`, such as `<f4`."""
    shape: list[int]
    device: str = "cpu"
    why_not_captured: str = ""


class SourceDefinition(_Definition, tag="source"):
    """A source file of the user as it was when the run used it."""

    path: str
    text: str


class Frame(msgspec.Struct, array_like=True):
    """One user frame of a call stack."""

    source: int
    line: int
    function: str


class SiteDefinition(_Definition, tag="site"):
    """A stack of user frames, outermost first, innermost last."""

    frames: list[Frame]


class VariableDefinition(_Definition, tag="variable"):
    """A variable that has a name: a parameter, or one that the script named."""

    name: str
    parameter: bool = False
    first: int | None = None
    """The tensor that it held when the run first met it."""
    made: int | None = None
    """Of a parameter: the site where it, or the link that made it, was constructed."""
    registered: bool = True
    """False for a parameter whose link doesn't know it as its own, or isn't registered itself."""


class ThreadDefinition(_Definition, tag="thread"):
    """A thread that made events; the first is the main thread."""

    name: str


class DroppedDefinition(_Definition, tag="dropped"):
    """The bytes of older tensors were removed, on purpose; the rest of their records stays."""

    segment: int
    """The segment file that is gone."""
    why: str = ""


Definition = (
    TextDefinition
    | ScopeDefinition
    | OpDefinition
    | LayoutDefinition
    | SourceDefinition
    | SiteDefinition
    | VariableDefinition
    | ThreadDefinition
    | DroppedDefinition
)
