"""What a person types to change a tensor: `[2, 5] = 0`, `*= 0.5`, `= -gx`. Parsed like conditions, never evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import ConditionError
from . import syntax as s
from .elementwise import ARITHMETIC, has_tensor
from .one_event import OneEvent
from .parser import parse
from .rules import rule_of

__all__ = ["EditOperation", "edited_content", "parse_edit"]

# The prompt begins with an equals sign, behind which people go on with `*= 0.5`.
_EDIT = re.compile(r"\s*(?:\[(?P<index>[^\]]*)\])?\s*(?:=\s*(?=[-+*/]=))?(?P<operator>[-+*/]?=)(?!=)")
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
    index = _index(text, found.start("index"), found["index"] or "")
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
            raise ValueError("a tensor in it isn't there at this event, or shapes don't fit each other")
        return arrays[0]
    value = rule_of(node)(event)
    if value is None:
        raise ValueError("a name in it has no value at this event")
    return value
