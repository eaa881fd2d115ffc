"""Completes a name that the person types, from the paused frame: no code of the script runs for it.

Attributes are looked up without properties, `__getattr__` or `__dir__`, which may do anything.
"""

from __future__ import annotations

import builtins
import inspect
import keyword
import re
from collections.abc import Iterable, Mapping
from types import FrameType, MemberDescriptorType
from typing import Any

__all__ = ["completed_names"]

_MOST = 200
_NAME = re.compile(r"(?<![\w.)\]}'\"])(?P<owner>(?:[^\W\d]\w*\.)*)(?P<begun>\w*)$")
_UNKNOWN = object()


def completed_names(text: str, frame: FrameType) -> list[str]:
    """What `text` may become when the name at its end is completed; at most 200 lines, private names last."""
    found = _NAME.search(text)
    if found is None or not found.group():
        return []
    owner, begun = found["owner"], found["begun"]
    names = _names_of(owner, frame) if owner else _names_in(frame)
    fitting = [name for name in dict.fromkeys(names) if name.startswith(begun) and name != begun]
    fitting.sort(key=lambda name: name.startswith("_"))
    if not begun.startswith("_"):
        fitting = [name for name in fitting if not name.startswith("_")] or fitting
    return [text[: found.start()] + owner + name for name in fitting[:_MOST]]


def _names_in(frame: FrameType) -> Iterable[str]:
    yield from sorted(frame.f_locals)
    yield from sorted(frame.f_globals)
    yield from keyword.kwlist
    yield from dir(builtins)


def _names_of(owner: str, frame: FrameType) -> Iterable[str]:
    first, *parts = owner.rstrip(".").split(".")
    scopes = (frame.f_locals, frame.f_globals, vars(builtins))
    value = next((scope[first] for scope in scopes if first in scope), _UNKNOWN)
    for part in parts:
        value = _attribute(value, part)
    if value is _UNKNOWN:
        return []
    kinds = value if isinstance(value, type) else type(value)
    own = sorted(name for name in _own_names(value) if isinstance(name, str) and name.isidentifier())
    return [*own, *sorted(name for kind in type.mro(kinds) for name in vars(kind) if name.isidentifier())]


def _own_names(value: Any) -> Mapping[str, Any]:
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return found if type(found) is dict else {}


def _attribute(value: Any, name: str) -> Any:
    """An attribute, unless it takes code of the script to get it."""
    if value is _UNKNOWN:
        return _UNKNOWN
    try:
        found = inspect.getattr_static(value, name)
    except AttributeError:
        return _UNKNOWN
    if isinstance(found, MemberDescriptorType):  # a slot
        try:
            return found.__get__(value)
        except AttributeError:
            return _UNKNOWN
    return _UNKNOWN if hasattr(type(found), "__get__") and not callable(found) else found
