"""What a condition asks, answered for a single event: in the child while it happens, or from the log.

This is the meaning of the language; whoever answers for many events at once has to agree with it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from ..log.definition_records import ScopeDefinition, SiteDefinition, SourceDefinition
from ..log.schema import NOTHING, EventFlag, Kind, Phase
from ..patterns import pattern_matches, same_path
from . import syntax as s
from .elementwise import ARITHMETIC, MAPPED, difference, tensors_in, value_of
from .measures import measure
from .roles import Found, OpsAndVariables, Piece, Roles
from .rules import Rule, rule_of

__all__ = ["Header", "Names", "OneEvent", "Reports", "Tensors", "text_of"]

Header = Mapping[str, Any]
"""The fields of an event's index record, and `seq`."""

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_OP_KINDS = (int(Kind.forward), int(Kind.backward))
_ABOUT_PARAMETERS = (int(Kind.grad_accumulated), int(Kind.gradient_hooked), int(Kind.edited))
_MADE = {
    int(Kind.forward): "y",
    int(Kind.backward): "gx",
    int(Kind.grad_accumulated): "after",
    int(Kind.gradient_hooked): "after",
    int(Kind.param_updated): "after",
    int(Kind.edited): "after",
    int(Kind.reported): "tensor",
}
"""The field of the body with what an event of each kind made."""
NONFINITE = int(EventFlag.nonfinite)
PARAMETER = int(EventFlag.parameter)


class Names(OpsAndVariables, Protocol):
    """What a `LogWriter` and a `LogReader` both have; the index in each list is the id."""

    texts: list[str]
    scopes: list[ScopeDefinition]
    sites: list[SiteDefinition]
    sources: list[SourceDefinition]


class Tensors(Protocol):
    """Gives what the tensors of the event hold."""

    def array(self, piece: Piece) -> np.ndarray | None:
        """The content; None where it isn't there."""

    def measured(self, pieces: list[Piece], name: str) -> Any:
        """A measure of several tensors together, see `measures`; None where it can't be had."""


class Reports(Protocol):
    """What the script has reported so far, this event included."""

    def value(self, name: str, back: int) -> float | None:
        """The latest value under the name, or the one `back` reports of the same metric before it."""


class OneEvent:
    """A domain (see `rules`) of one event; None is the unknown value.

    Args:
        header: of the event.
        body: as the recorder makes it, or as the log has it; None where it can't be read.
    """

    __slots__ = ("body", "header", "names", "reports", "roles", "tensors")

    def __init__(
        self, header: Header, body: Any, names: Names, roles: Roles, tensors: Tensors, reports: Reports
    ) -> None:
        self.header = header
        self.body = body
        self.names = names
        self.roles = roles
        self.tensors = tensors
        self.reports = reports

    # ---- what there is ------------------------------------------------------------------------------------------

    def constant(self, value: float) -> float:
        return value

    def field(self, name: str) -> float | None:
        header = self.header
        if name == "line":
            return line_of(self.names, header["site"])
        if name == "event":
            return float(header["seq"])
        return header["time_us"] / 1e6 if name == "time" else float(header[name])

    def text_is(self, name: str, pattern: str) -> bool | None:
        text = text_of(self.names, name, self.header)
        if name == "file" and text:
            return same_path(pattern, text) or pattern_matches(pattern, text)
        return None if text is None else pattern_matches(pattern, text)

    def nonfinite(self, name: str) -> bool:
        if not self.header["flags"] & NONFINITE:
            return False
        kind = self.header["kind"]
        if kind == Kind.reported and getattr(self.body, "tensor", None) is None:
            return measure([np.asarray(float(self.header["value"]))], name) is True
        pieces = made_by(kind, self.body)
        return any(self.tensors.measured([piece], name) for piece in pieces)

    def metric(self, name: str, back: int) -> float | None:
        return self.reports.value(name, back)

    def find(self, tensor: s.Tensor) -> list[Found]:
        """The tensors of the event that the name means."""
        return [] if self.body is None else self.roles.find(tensor, self.header["kind"], self.body)

    def measured(self, measure_name: str, node: s.Node) -> Any:
        if isinstance(node, s.Tensor):
            found = self.find(node)
            if not found:
                return None
            if all(one.less is None for one in found):
                return self.tensors.measured([one.piece for one in found], measure_name)
        arrays = self.arrays(node)
        return None if arrays is None else measure(arrays, measure_name)

    def arrays(self, node: s.Node) -> list[np.ndarray] | None:
        """What the node makes element by element; None where a tensor isn't there, or shapes don't fit."""
        found = {tensor: self.find(tensor) for tensor in tensors_in(node)}
        count = max(len(several) for several in found.values())
        if any(len(several) not in (1, count) or not several for several in found.values()):
            return None
        try:
            with np.errstate(all="ignore"):
                return [
                    self._array(node, {t: several[i % len(several)] for t, several in found.items()})
                    for i in range(count)
                ]
        except (_Missing, ValueError):
            return None

    def _array(self, node: s.Node, found: dict[s.Tensor, Found]) -> np.ndarray:
        def content(piece: Piece) -> np.ndarray:
            array = self.tensors.array(piece)
            if array is None:
                raise _Missing
            return array

        def tensor(one: s.Tensor) -> np.ndarray:
            piece, less = found[one]
            array = content(piece)
            if less is None:
                return array
            return difference(array, content(less))

        def number(one: s.Node) -> Any:
            value = _rule(one)(self)
            if value is None:
                raise _Missing
            return value

        return np.asarray(value_of(node, tensor, number))

    # ---- what is made of it -------------------------------------------------------------------------------------

    def arithmetic(self, operator: str, left: Any, right: Any) -> float | None:
        if left is None or right is None:
            return None
        with np.errstate(all="ignore"):
            return float(ARITHMETIC[operator](np.float64(left), np.float64(right)))

    def compare(self, operator: str, left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        return bool(_COMPARISONS[operator](left, right))

    def mapped(self, function: str, value: Any) -> Any:
        if value is None:
            return None
        if function not in MAPPED:
            return measure([np.asarray(float(value))], function)
        with np.errstate(all="ignore"):
            return float(MAPPED[function](np.float64(value)))

    def truth(self, value: Any) -> bool | None:
        return None if value is None else bool(value)

    def negated(self, value: bool | None) -> bool | None:
        return None if value is None else not value

    def both(self, left: Rule, right: Rule) -> bool | None:
        first = left(self)
        if first is False:
            return False
        second = right(self)
        return second if first or second is False else None

    def either(self, left: Rule, right: Rule) -> bool | None:
        first = left(self)
        if first is True:
            return True
        second = right(self)
        return second if first is False or second is True else None


class _Missing(Exception):
    """A tensor that an expression needs isn't there."""


_rules: dict[s.Node, Rule] = {}


def _rule(node: s.Node) -> Rule:
    rule = _rules.get(node)
    if rule is None:
        if len(_rules) > 1000:
            _rules.clear()
        rule = _rules[node] = rule_of(node)
    return rule


def made_by(kind: int, body: Any) -> list[Piece]:
    """The tensors that an event made."""
    field = _MADE.get(kind)
    value = None if field is None else getattr(body, field, None)
    if field is None or value is None:
        return []
    if not isinstance(value, list):
        return [Piece(field, 0, value)]
    rows = [
        one if one is None or isinstance(one, int) else one[1] if type(one) is tuple else one.tensor
        for one in value
    ]
    return [Piece(field, place, row) for place, row in enumerate(rows) if row is not None]


def line_of(names: Names, site: int) -> float | None:
    """The line of the innermost user frame."""
    frames = names.sites[site].frames if site < len(names.sites) else []
    return float(frames[-1].line) if frames else None


def text_of(names: Names, field: str, header: Header) -> str | None:
    """A text field of an event; None where it has none that makes sense."""
    if field == "kind":
        return Kind(header["kind"]).name if header["kind"] in Kind.__members__.values() else None
    if field == "phase":
        return Phase(header["phase"]).name if header["phase"] in Phase.__members__.values() else None
    if field == "scope":
        return "" if header["scope"] == NOTHING else _item(names.scopes, header["scope"], "path")
    if field == "file":
        sites = names.sites
        frames = sites[header["site"]].frames if header["site"] < len(sites) else []
        return _item(names.sources, frames[-1].source, "path") if frames else ""
    label = names.texts[header["label"]] if header["label"] < len(names.texts) else None
    if field == "label" or label is None:
        return label
    if field == "op":
        return label.removeprefix("during:") if header["kind"] in _OP_KINDS else ""
    assert field == "parameter"
    if header["kind"] == Kind.param_updated:
        return label
    about = header["kind"] in _ABOUT_PARAMETERS and header["flags"] & PARAMETER
    return label.rpartition(":")[2] if about else ""


def _item(items: Any, number: int, field: str) -> str | None:
    return getattr(items[number], field) if number < len(items) else None
