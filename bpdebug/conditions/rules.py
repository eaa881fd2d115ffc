"""Makes of a condition's tree a function that can be asked, again and again, of one event or of many at once.

The tree says what is asked; a `Domain` knows how to find it: in one event (`one_event`), or in thousands of records
of a log at a time. A value may be unknown (the event has no such tensor, nothing was reported yet); what is made of
an unknown value is unknown, except that a false side makes `and` false and a true one makes `or` true. A condition
that is unknown doesn't hold, and neither does its negation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from . import syntax as s
from .elementwise import ARITHMETIC, has_tensor
from .words import FUNCTIONS

__all__ = ["Domain", "Rule", "rule_of"]

Value = Any
Rule = Callable[[Any], Value]

_SAME_WITHOUT_SIGN = ("nan", "inf", "finite", "zeros", "size", "norm", "any", "all")


class Domain(Protocol):
    """Where values come from, and how they are combined."""

    def constant(self, value: float) -> Value:
        """A number that was typed."""

    def field(self, name: str) -> Value:
        """A numeric field of `words.FIELDS`."""

    def text_is(self, name: str, pattern: str) -> Value:
        """Whether a text field is what the pattern says."""

    def nonfinite(self, name: str) -> Value:
        """Whether something that the event made holds a `nan`, an `inf`."""

    def metric(self, name: str, back: int) -> Value:
        """The latest report under this name, or one before it."""

    def measured(self, measure: str, node: s.Node) -> Value:
        """A measure over the elements of a whole tensor."""

    def arithmetic(self, operator: str, left: Value, right: Value) -> Value:
        """A number of two."""

    def compare(self, operator: str, left: Value, right: Value) -> Value:
        """A truth value of two numbers."""

    def mapped(self, function: str, value: Value) -> Value:
        """A function of one number: of `elementwise.MAPPED`, or a measure of a single number."""

    def truth(self, value: Value) -> Value:
        """Whether a number isn't zero."""

    def negated(self, value: Value) -> Value:
        """The opposite of a truth value."""

    def both(self, left: Rule, right: Rule) -> Value:
        """`and`; asks the right side only where it matters."""

    def either(self, left: Rule, right: Rule) -> Value:
        """`or`; likewise."""


def rule_of(node: s.Node) -> Rule:
    """The function that gives the node's value in a domain: a number, or a truth value.

    A whole tensor in a condition's place means that it holds for one of its elements.
    """
    if isinstance(node, s.Binary) and node.operator in ("and", "or"):
        left, right = _truth_of(node.left), _truth_of(node.right)
        if node.operator == "and":
            return lambda domain: domain.both(left, right)
        return lambda domain: domain.either(left, right)
    if isinstance(node, s.Unary) and node.operator == "not":
        operand = _truth_of(node.operand)
        return lambda domain: domain.negated(operand(domain))
    if has_tensor(node):
        return lambda domain: domain.measured("any", node)
    if isinstance(node, s.Call):
        return _call(node)
    if isinstance(node, s.Binary):
        return _binary(node)
    return _plain(node)


def _truth_of(node: s.Node) -> Rule:
    rule = rule_of(node)
    return lambda domain: domain.truth(rule(domain))


def _call(node: s.Call) -> Rule:
    function, argument = node.function, node.argument
    if not has_tensor(argument):
        operand = rule_of(argument)
        return lambda domain: domain.mapped(function, operand(domain))
    assert FUNCTIONS[function].reduces
    if (
        isinstance(argument, s.Call)
        and argument.function == "abs"
        and isinstance(argument.argument, s.Tensor)
    ):
        # Known from statistics, without a look at the elements.
        if function == "max":
            function, argument = "largest", argument.argument
        elif function in _SAME_WITHOUT_SIGN:
            argument = argument.argument
    return lambda domain: domain.measured(function, argument)


def _binary(node: s.Binary) -> Rule:
    operator = node.operator
    for field, text in ((node.left, node.right), (node.right, node.left)):
        if isinstance(field, s.Field) and isinstance(text, s.Text):
            name, pattern = field.name, text.value
            if operator == "==":
                return lambda domain: domain.text_is(name, pattern)
            return lambda domain: domain.negated(domain.text_is(name, pattern))
    left, right = rule_of(node.left), rule_of(node.right)
    if operator in ARITHMETIC:
        return lambda domain: domain.arithmetic(operator, left(domain), right(domain))
    return lambda domain: domain.compare(operator, left(domain), right(domain))


def _plain(node: s.Node) -> Rule:
    if isinstance(node, s.Number):
        number = node.value
        return lambda domain: domain.constant(number)
    if isinstance(node, s.Metric):
        metric, back = node.name, node.back
        return lambda domain: domain.metric(metric, back)
    if isinstance(node, s.Unary):
        operand = rule_of(node.operand)
        return lambda domain: domain.arithmetic("*", domain.constant(-1.0), operand(domain))
    assert isinstance(node, s.Field | s.Nonfinite)
    name = node.name
    if isinstance(node, s.Nonfinite):
        return lambda domain: domain.nonfinite(name)
    return lambda domain: domain.field(name)
