"""What a person types to change a tensor: `[2, 5] = 0`, `*= 0.5`, `= -gx`. Parsed like conditions, never evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ConditionError
from . import syntax as s
from .elementwise import ARITHMETIC, has_tensor, tensors_in
from .one_event import OneEvent
from .parser import parse
from .rules import rule_of

__all__ = ["EditOperation", "edited_content", "parse_edit"]

_BEGINNING = r"(?:\[(?P<{}>[^\]]*)\])?\s*(?P<{}>[-+*/]?=)(?!=)"
# The prompt begins with `[0, 0] = ` or `*= `, behind which people go on with `*= 0.5` or with a whole `[2] = 0`.
_EDIT = re.compile(
    rf"\s*(?:{_BEGINNING.format('begun', '_begun')}\s*(?=(?:\[[^\]]*\])?\s*[-+*/]?=(?!=)))?"
    + _BEGINNING.format("index", "operator")
)
_INDEX = re.compile(r"\s*(?:(?P<number>-?[0-9]{1,18})|(?P<all>:)|(?P<rest>\.\.\.))\s*")


@dataclass(frozen=True, slots=True)
class EditOperation:
    """`index` chooses elements as NumPy's does (empty: all); `operator` is `=`, `+=`, `-=`, `*=` or `/=`."""

    index: tuple[Any, ...]
    operator: str
    node: s.Node


def parse_edit(text: str) -> EditOperation:
    """What the text says.

    Raises:
        ConditionError: it can't be read; the message says where it is wrong.
    """
    found = _EDIT.match(text)
    if found is None:
        raise ConditionError("a change begins with = or *= ..., such as = 0 or [2, 5] *= 0.5", text, 0)
    index_group = "begun" if found["index"] is None else "index"
    index = _index(text, found.start(index_group), found[index_group] or "")
    begin = found.end()
    try:
        node = parse(text[begin:])
    except ConditionError as error:
        raise ConditionError(error.reason, text, begin + error.column) from error
    return EditOperation(index, found["operator"], node)


def _index(text: str, begin: int, index: str) -> tuple[Any, ...]:
    parts = []
    place = begin
    for word in index.split(",") if index.strip() else []:
        found = _INDEX.fullmatch(word)
        if found is None:
            raise ConditionError("an index is made of numbers, : and ..., such as [0, :, 3]", text, place)
        parts.append(int(found["number"]) if found["number"] else slice(None) if found["all"] else Ellipsis)
        place += len(word) + 1
    return tuple(parts)


def edited_content(content: np.ndarray, edit: EditOperation, event: OneEvent) -> np.ndarray:
    """The content after the edit, a new array of the same shape and dtype; tensors in it are those of `event`.

    Raises:
        ValueError: the index or the shapes don't fit, or a name has no value there; the message is for the person.
    """
    value = _value(edit.node, event)
    after = content.copy()
    try:
        part = after[edit.index] if edit.index else after
        with np.errstate(all="ignore"):
            if edit.operator != "=":
                value = ARITHMETIC[edit.operator[0]](np.asarray(part), value)
            after[edit.index or ...] = np.asarray(value).astype(content.dtype)
    except IndexError as error:
        raise ValueError(f"the tensor has shape {content.shape}: {error}") from error
    except ValueError as error:
        shape = np.shape(content[edit.index] if edit.index else content)
        raise ValueError(f"a value of shape {np.shape(value)} doesn't fit into {shape}") from error
    return after


def _value(node: s.Node, event: OneEvent) -> Any:
    if has_tensor(node):
        arrays = event.arrays(node)
        if arrays is None or len(arrays) != 1:
            raise ValueError(_why_no_array(node, event))
        return arrays[0]
    value = rule_of(node)(event)
    if value is None:
        missing = [word for part in s.walk(node) if (word := _missing_word(part, event))]
        names = list(dict.fromkeys(missing)) or ["what it asks for"]
        raise ValueError(
            f"{' and '.join(names)} {'have' if len(names) > 1 else 'has'} no value at this event"
        )
    return value


def _why_no_array(node: s.Node, event: OneEvent) -> str:
    """Why the tensors of an expression give no array at an event."""
    shapes = {}
    for tensor in dict.fromkeys(tensors_in(node)):
        arrays, name = event.arrays(tensor), _word(tensor)
        if not arrays:
            return f"{name} isn't there at this event"
        if len(arrays) > 1:
            return f"{name} is {len(arrays)} tensors at this event: {name}[0] is the first"
        shapes[name] = arrays[0].shape
    for part in s.walk(node):
        if word := _missing_word(part, event):
            return f"{word} has no value at this event"
    return "the shapes don't fit each other: " + ", ".join(
        f"{name} {shape}" for name, shape in shapes.items()
    )


def _word(node: s.Node) -> str:
    """How a name in an expression is typed; "" for what is no name."""
    if isinstance(node, s.Tensor):
        place = "" if node.place is None else f"[{node.place}]"
        return f"{node.name}{place}" + (f".{node.suffix}" if node.suffix else "")
    return node.name if isinstance(node, s.Field | s.Metric | s.Nonfinite) else ""


def _missing_word(node: s.Node, event: OneEvent) -> str:
    """The name that this node is, if it stands for nothing at an event; else ""."""
    word = _word(node)
    if not word:
        return ""
    there = event.find(node) if isinstance(node, s.Tensor) else rule_of(node)(event) is not None
    return "" if there else word
