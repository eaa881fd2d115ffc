"""Reads a breakpoint as a person types it, after `--break` or `:break`.

train.py:41                       a line of the script
relu    MLP.l1/*    *.W           an op, a scope's ops, a parameter, by name or pattern
backward/MLP.l1/linear   failed   one kind of event, of anything or of one thing
it3/backward/MLP.l1/linear        one event, by its address
norm(gx) > 100                    a condition
MLP.l1/* if norm(gx) > 100        both
norm(W) changes                   where a value is another than before
Net.l1/relu if y changes          the same, of one op
"""

from __future__ import annotations

import re

import msgspec

from ..errors import ConditionError, UsageError
from ..log.schema import Kind
from ..stepping import Breakpoint

__all__ = ["BUILT_IN", "breakpoint_from_text", "breakpoints_on"]

BUILT_IN = {"nan": "nan", "inf": "inf", "warning": 'kind == "warned"'}
"""What `--break-on` knows, and the condition that each stands for."""

_LINE = re.compile(r"(?P<file>\S.*):(?P<line>[0-9]{1,9})")
_ADDRESS = re.compile(r"it[0-9]+/\S+")
_NAME = re.compile(r"[\w.*?~\[\]:|/@-]+")
_NUMBER = re.compile(r"[0-9.]+")
_CHANGES = " changes"


def breakpoint_from_text(text: str) -> Breakpoint:
    """The breakpoint that `text` means.

    Raises:
        ConditionError: its condition can't be read; the column counts in `text`.
        UsageError: it is empty.
    """
    text = text.strip()
    if not text:
        raise UsageError("break where? Such as train.py:41, relu, MLP.l1/*, or a condition: norm(gx) > 100")
    place, word, rest = _split(text)
    if word:
        found = _place(place) if place else Breakpoint()
        if found is None:
            raise ConditionError("a place was expected before if, such as train.py:41 or MLP.l1/*", text, 0)
        if place and not rest:
            return found
        return _checked(_with_condition(found, rest), text)
    return _place(text) or _checked(_with_condition(Breakpoint(), text), text)


def breakpoints_on(names: str) -> list[Breakpoint]:
    """The built-in breakpoints of a list such as `nan,inf`.

    Raises:
        UsageError: one of them isn't known.
    """
    found = []
    for name in names.split(","):
        if name.strip() not in BUILT_IN:
            raise UsageError(f"--break-on {names}: there is no {name.strip()!r}, only {', '.join(BUILT_IN)}")
        found.append(Breakpoint(condition=BUILT_IN[name.strip()]))
    return found


def _split(text: str) -> tuple[str, str, str]:
    """Place, `if`, condition; without an `if` the last two are empty."""
    found = re.search(r"(?:^|\s)if\s", text + " ")
    if found is None:
        return text, "", ""
    return text[: found.start()].strip(), "if", text[found.end() :].strip()


def _place(text: str) -> Breakpoint | None:
    """The breakpoint at a place; None if the text is no place."""
    if _ADDRESS.fullmatch(text):
        return Breakpoint(address=text)
    line = _LINE.fullmatch(text)
    if line:
        return Breakpoint(path=line["file"], line=int(line["line"]))
    if not _NAME.fullmatch(text) or _NUMBER.fullmatch(text) or text in ("nan", "inf"):
        return None
    kind, slash, rest = text.partition("/")
    if kind in Kind.__members__:
        if not slash or rest in ("", "*"):
            return Breakpoint(kind=int(Kind[kind]))
        return Breakpoint(kind=int(Kind[kind]), pattern=rest)
    return Breakpoint(pattern=text)


def _with_condition(found: Breakpoint, text: str) -> Breakpoint:
    changes = text.endswith(_CHANGES)
    return msgspec.structs.replace(found, condition=text.removesuffix(_CHANGES).strip(), changes=changes)


def _checked(found: Breakpoint, text: str) -> Breakpoint:
    """`found`, if its condition can be read; else the error, with its column in the whole text."""
    from ..conditions import condition  # most breakpoints have none

    try:
        condition(found.condition)
    except ConditionError as error:
        begin = text.rfind(found.condition) if found.condition else len(text)
        raise ConditionError(error.reason, text, max(begin, 0) + error.column) from error
    return found
