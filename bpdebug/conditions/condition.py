"""A condition, ready to be asked: its tree, the function made of it, and at which events it is worth asking.

When a condition holds is a matter of one event, except that

* one that mentions nothing of single events, but metrics, is asked only where one of them is reported;
* one of iteration, phase and time alone holds where it begins to hold, not at every event from there on.
"""

from __future__ import annotations

import enum
import functools

from ..errors import ConditionError
from ..log.schema import Kind
from . import syntax as s
from .parser import parse
from .roles import ALL_KINDS, kinds_with
from .rules import rule_of
from .words import FIELDS

__all__ = ["Asked", "Condition", "condition"]


class Asked(enum.Enum):
    """At which events a condition is asked."""

    each = "each"
    """At each event; it holds there or it doesn't."""
    reports = "reports"
    """At reports of its metrics."""
    changes = "changes"
    """At each event; it holds where it didn't at the event before."""


class Condition:
    """What `text` says.

    Attributes:
        text: as it was typed.
        node: its tree.
        rule: gives its value in a domain, see `rules`.
        asked: at which events.
        kinds: the numbers of the kinds of events at which it can hold.
        metrics: names of the metrics in it.
        nonfinite: it can hold only where the event is flagged to have made something that isn't finite.
        needs_body: whether more than the event's header is looked at.

    Raises:
        ConditionError: it can't be read, or says nothing about an event.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.node = parse(text)
        self.rule = rule_of(self.node)
        nodes = list(s.walk(self.node))
        self.metrics = frozenset(node.name for node in nodes if isinstance(node, s.Metric))
        self.needs_body = any(isinstance(node, s.Tensor | s.Nonfinite) for node in nodes)
        self.nonfinite = _needs_nonfinite(self.node)
        of_event = self.needs_body or any(
            isinstance(node, s.Field) and not FIELDS[node.name].state for node in nodes
        )
        has_state = any(isinstance(node, s.Field) for node in nodes)
        if not (of_event or has_state or self.metrics):
            raise ConditionError("this says nothing about an event: name a tensor or a field", text, 0)
        self.asked = Asked.each if of_event else Asked.reports if self.metrics else Asked.changes
        self.kinds = frozenset((int(Kind.reported),)) if self.asked is Asked.reports else _kinds(self.node)

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"


@functools.lru_cache(maxsize=256)
def condition(text: str) -> Condition:
    """The condition of this text; the same object for the same text. Raises ConditionError."""
    return Condition(text)


def _kinds(node: s.Node) -> frozenset[int]:
    """Kinds of events at which the node can hold."""
    if isinstance(node, s.Binary) and node.operator in ("and", "or"):
        left, right = _kinds(node.left), _kinds(node.right)
        return left & right if node.operator == "and" else left | right
    if isinstance(node, s.Binary) and node.operator == "==":
        for field, text in ((node.left, node.right), (node.right, node.left)):
            if isinstance(field, s.Field) and isinstance(text, s.Text):
                return _kinds_of_text(field.name, text.value)
    return _kinds_known(node)


def _needs_nonfinite(node: s.Node) -> bool:
    if isinstance(node, s.Binary) and node.operator in ("and", "or"):
        sides = (_needs_nonfinite(node.left), _needs_nonfinite(node.right))
        return any(sides) if node.operator == "and" else all(sides)
    return isinstance(node, s.Nonfinite)


def _kinds_known(node: s.Node) -> frozenset[int]:
    """Kinds of events at which the node can have a value."""
    if isinstance(node, s.Tensor):
        return kinds_with(node)
    if isinstance(node, s.Call):
        return _kinds_known(node.argument)
    if isinstance(node, s.Unary):
        return _kinds_known(node.operand)
    if isinstance(node, s.Binary):
        left, right = _kinds_known(node.left), _kinds_known(node.right)
        return left | right if node.operator in ("and", "or") else left & right
    return ALL_KINDS


def _kinds_of_text(field: str, text: str) -> frozenset[int]:
    if field == "kind" and text in Kind.__members__:
        return frozenset((int(Kind[text]),))
    if field == "op" and text:
        return frozenset((int(Kind.forward), int(Kind.backward)))
    return ALL_KINDS
