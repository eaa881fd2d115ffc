"""What the numbers in a log stand for, as clean text, whatever the numbers are.

A number that nothing defines (a damaged or hostile log) gives `?` instead of an error: one bad reference must
not take away the rest of the event.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from ..errors import DamagedLog
from ..log.definition_records import LayoutDefinition, OpDefinition, VariableDefinition
from ..log.records import Event, FailedBody, ForwardBody
from ..log.schema import NO_CONTENT, NOTHING, Kind, Phase
from ..text import clean, shape_text
from .moment import SourceFrame

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["UNKNOWN", "Names", "dtype_kind", "dtype_name", "held_roles", "operand_roles", "roles"]

UNKNOWN = "?"
Item = TypeVar("Item")
_NO_HOOKS = ("grad:", "edit:", "report:", "update:", "updated:", "warning:", "failed:", "during:")
_KEPT_BODIES = 4096
_KEPT_BODY_BYTES = 1 << 14
_SETTING_DEPTH = 20
_UNKNOWN_OP = OpDefinition(-1, UNKNOWN, UNKNOWN)


def _item(items: Sequence[Item], number: int | None) -> Item | None:
    return items[number] if number is not None and 0 <= number < len(items) else None


class Names:
    """Resolves the references of one log."""

    def __init__(self, reader: LogReader) -> None:
        self.reader = reader
        self._bodies: OrderedDict[int, Event] = OrderedDict()
        self._texts_seen = 0
        self._text_ids: dict[str, int] = {}
        self._by_prefix: dict[str, list[tuple[int, str]]] = {}
        self._scopes_seen = 0
        self._scope_ids: dict[str, int] = {}

    def body(self, seq: int) -> Event:
        """The body of event `seq`, surely of the kind that the index says. Raises DamagedLog."""
        known = self._bodies.get(seq)
        if known is not None:
            return known
        body = self.reader.body(seq)
        kind = self.kind(self.reader.index[seq])
        said = type(body).__struct_config__.tag
        if kind is None or said != kind.name:
            wanted = "an unknown kind" if kind is None else kind.name
            raise DamagedLog(f"event {seq} is {wanted} in the index but {said} in events.jsonl")
        if self.reader.index[seq]["length"] <= _KEPT_BODY_BYTES:
            self._bodies[seq] = body
            if len(self._bodies) > _KEPT_BODIES:
                self._bodies.popitem(last=False)
        return body

    def text_id(self, text: str) -> int | None:
        """The number of a label, as it is in the log; None if no event has it."""
        self._follow_texts()
        return self._text_ids.get(text)

    def texts_with_prefix(self, prefix: str) -> list[tuple[int, str]]:
        """Number and text of the labels that begin with `prefix`, which ends with its first colon."""
        self._follow_texts()
        return self._by_prefix.get(prefix, [])

    def hook_targets(self) -> list[tuple[int, str]]:
        """Of each label that may be a gradient hook's: its number, and what stands behind the last colon."""
        self._follow_texts()
        return [
            (number, text.rpartition(":")[2])
            for prefix, found in self._by_prefix.items()
            if prefix not in _NO_HOOKS
            for number, text in found
        ]

    def scope_id(self, path: str) -> int | None:
        """The number of a scope by its path, as it is in the log; None if there is none."""
        scopes = self.reader.scopes
        for number in range(self._scopes_seen, len(scopes)):
            self._scope_ids.setdefault(scopes[number].path, number)
        self._scopes_seen = len(scopes)
        return self._scope_ids.get(path)

    def _follow_texts(self) -> None:
        texts = self.reader.texts
        for number in range(self._texts_seen, len(texts)):
            text = texts[number]
            self._text_ids.setdefault(text, number)
            before, colon, _ = text.partition(":")
            if colon:
                self._by_prefix.setdefault(before + colon, []).append((number, text))
        self._texts_seen = len(texts)

    def kind(self, header: Any) -> Kind | None:
        """The kind in an index record; None if no such kind is known."""
        number = int(header["kind"])
        return Kind(number) if number in Kind.__members__.values() else None

    def phase(self, header: Any) -> Phase:
        """The phase in an index record."""
        number = int(header["phase"])
        return Phase(number) if number in Phase.__members__.values() else Phase.setup

    def text(self, number: int) -> str:
        """A label; "" for NOTHING."""
        if number == NOTHING:
            return ""
        found = _item(self.reader.texts, int(number))
        return UNKNOWN if found is None else clean(found)

    def scope(self, number: int) -> str:
        """The path of a scope; "" for NOTHING."""
        if number == NOTHING:
            return ""
        found = _item(self.reader.scopes, int(number))
        return UNKNOWN if found is None else clean(found.path)

    def scope_class(self, number: int) -> str:
        """The class of the link that a scope is; "" for NOTHING."""
        found = _item(self.reader.scopes, int(number))
        return "" if found is None else clean(found.cls)

    def op(self, number: int) -> OpDefinition:
        """A kind of function node, texts not cleaned."""
        return _item(self.reader.ops, number) or _UNKNOWN_OP

    def op_label(self, number: int) -> str:
        """What people call an op."""
        return clean(self.op(number).label)

    def variable(self, number: int | None) -> VariableDefinition | None:
        """A variable that has a name, else None."""
        return _item(self.reader.variables, number)

    def variable_name(self, number: int | None) -> str:
        """The name of a variable, or ""."""
        found = self.variable(number)
        return clean(found.name) if found is not None else ""

    def thread(self, number: int) -> str:
        """The name of a thread."""
        found = _item(self.reader.threads, int(number))
        return clean(found.name) if found is not None else UNKNOWN

    def frames(self, site: int | None) -> list[SourceFrame]:
        """The user frames of a site, innermost last; none for NOTHING."""
        found = None if site is None or site == NOTHING else _item(self.reader.sites, int(site))
        return (
            []
            if found is None
            else [
                SourceFrame(self._path(frame.source), frame.line, clean(frame.function))
                for frame in found.frames
            ]
        )

    def _path(self, number: int) -> str:
        found = _item(self.reader.sources, number)
        return UNKNOWN if found is None else found.path

    def layout(self, tensor: int | None) -> LayoutDefinition | None:
        """dtype, shape and device of a tensor; None if there is no such tensor."""
        if tensor is None or not 0 <= tensor < self.reader.tensor_count:
            return None
        return _item(self.reader.layouts, int(self.reader.tensors[tensor]["layout"]))

    def not_looked_at(self, tensor: int) -> bool:
        """Whether nobody looked at the bytes of a tensor, and so nobody knows whether they have changed."""
        if not 0 <= tensor < self.reader.tensor_count:
            return False
        return bool(self.reader.tensors[tensor]["content"].tobytes() == NO_CONTENT)

    def shape(self, tensor: int | None) -> str:
        """The shape of a tensor as text; `-` for None."""
        if tensor is None:
            return "-"
        found = self.layout(tensor)
        return UNKNOWN if found is None else shape_text(found.shape)


def dtype_name(dtype: str) -> str:
    """`float32` for `<f4`; what NumPy can't read stays as it is, clean."""
    try:
        return np.dtype(dtype).name
    except TypeError:
        return clean(dtype)


def dtype_kind(dtype: str) -> str:
    """`f` for `<f4`, as NumPy's `dtype.kind`; empty for what NumPy can't read."""
    try:
        return np.dtype(dtype).kind
    except TypeError:
        return ""


def roles(known: Sequence[str], count: int, default: str, prefix: str = "") -> list[str]:
    """The roles of `count` inputs or outputs: those that the op names, then the last one numbered.

    `["x"]` for three inputs gives `x[0] x[1] x[2]`; `["x", "W", "b"]` for two gives `x W`. `prefix` (`g`) makes
    them the roles of gradients.
    """
    names = [clean(name) for name in known] or [default]
    if count > len(names):
        last = names.pop()
        names += [f"{last}[{i}]" for i in range(count - len(names))]
    return [prefix + name for name in names[:count]]


def held_roles(body: ForwardBody) -> list[str]:
    """The roles of the tensors that an op's settings hold: the setting's name, numbered where it holds several."""
    found: list[str] = []
    for setting, value in body.settings.items():
        places = sorted(set(_places(value, 0)))
        name = clean(setting)
        found += [name] if len(places) == 1 else [f"{name}[{i}]" for i in range(len(places))]
    count = len(body.held)
    return found if len(found) == count else [f"setting[{i}]" for i in range(count)]


def _places(value: Any, depth: int) -> list[int]:
    """The places of held tensors that a setting (JSON) mentions."""
    if depth > _SETTING_DEPTH:
        return []
    if isinstance(value, list):
        return [place for part in value for place in _places(part, depth + 1)]
    if not isinstance(value, dict):
        return []
    own = [place for kind in ("array", "scalar") if type(place := value.get(kind)) is int]
    return own + [place for part in value.values() for place in _places(part, depth + 1)]


def operand_roles(body: FailedBody) -> list[str]:
    """The roles of what an op was computing with when it failed, one an operand."""
    names = [clean(role) for role in body.roles[: len(body.operands)]]
    return names + [f"operand {place}" for place in range(len(names), len(body.operands))]
