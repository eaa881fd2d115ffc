"""What the recorder remembers of a function node and of a variable, kept on the object itself.

A front end stores these on the framework's objects, so that they live exactly as long, and a run of any length
needs no table of them. `owner` tells recorders apart: a second recorder doesn't trust what a first one left.
"""

from __future__ import annotations

from ..log.lent import Content
from ..native import part

__all__ = ["Node", "NodeInPython", "Variable", "VariableInPython"]


class NodeInPython:
    """A function node whose forward event is in the log."""

    __slots__ = (
        "label",
        "number",
        "op",
        "owner",
        "scope",
        "seq",
        "site",
        "x",
        "x_contents",
        "y",
        "y_contents",
    )

    def __init__(
        self,
        owner: object,
        number: int,
        seq: int,
        op: int,
        label: int,
        scope: int,
        site: int,
        x: list[int],
        y: list[int],
        x_contents: list[Content],
        y_contents: list[Content],
    ) -> None:
        self.owner = owner
        self.number = number
        self.seq = seq
        self.op = op
        self.label = label
        self.scope = scope
        self.site = site
        self.x = x
        self.y = y
        self.x_contents = x_contents
        self.y_contents = y_contents
        """The contents that its inputs and outputs had in the forward pass; empty where they aren't known."""


class VariableInPython:
    """A variable that the log has a number for."""

    __slots__ = ("content", "grad_content", "grad_label", "name", "number", "owner", "parameter")

    def __init__(
        self, owner: object, number: int, name: str, grad_label: int, parameter: bool, content: Content = b""
    ) -> None:
        self.owner = owner
        self.number = number
        self.name = name
        self.grad_label = grad_label
        """Text id of the label that events about its gradient have."""
        self.parameter = parameter
        self.content = content
        """The content that an event last showed of it; empty where none is known."""
        self.grad_content: Content = b""
        """The same of its gradient."""


Node = NodeInPython
Variable = VariableInPython
_native = part("state")
if _native is not None:
    Node = _native.Node  # type: ignore[misc]
    Variable = _native.Variable  # type: ignore[misc]
