"""Cuts the text of a condition into words, numbers and signs, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import ConditionError
from .words import FIELDS, tensor_word

__all__ = ["Token", "tokens_of"]

LONGEST = 2000
"""Characters of a condition."""

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>(?:report:)?[^\W\d]\w*(?:(?:[./][^\W\d]|\.[0-9]|~[0-9])\w*)*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/%<>()\[\]])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is number, name, text, sign or end; `column` counts characters from 0."""

    kind: str
    text: str
    column: int


def tokens_of(text: str) -> list[Token]:
    """The tokens of `text`, the last of kind `end`.

    Raises:
        ConditionError: a character that has no place in a condition, or too many of them.
    """
    if len(text) > LONGEST:
        raise ConditionError(f"a condition has at most {LONGEST} characters", text[:80], 79)
    tokens = []
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ConditionError(_why_not(text, place), text, place)
        kind = str(found.lastgroup)
        if kind == "name":
            tokens += _names(found[0], place)
        elif kind != "space":
            tokens.append(Token(kind, found[0], place))
        place = found.end()
    tokens.append(Token("end", "", len(text)))
    return tokens


def _names(text: str, column: int) -> list[Token]:
    """`main/loss` is one name, `gx/gy` a division: a slash behind a word that is no metric divides."""
    first, slash, rest = text.partition("/")
    if not slash or not (tensor_word(first.partition(".")[0]) or first in FIELDS or "." in first):
        return [Token("name", text, column)]
    behind = column + len(first)
    return [Token("name", first, column), Token("sign", "/", behind), *_names(rest, behind + 1)]


def _why_not(text: str, place: int) -> str:
    character = text[place]
    if character in "\"'":
        return "this text has no closing quote"
    if character == "=":
        return "a comparison is written =="
    if character in "&|":
        return f"write {'and' if character == '&' else 'or'}"
    if character == "!":
        return "write not"
    return f"{character!r} has no meaning here"
