"""Python source as lines of coloured pieces, made once a file; no widget and no colour here, only names."""

from __future__ import annotations

from functools import cache
from typing import Any

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, Token

from ..text import cell_width, clean

__all__ = ["CATEGORIES", "Piece", "highlight"]

CATEGORIES = ("keyword", "string", "comment", "number", "definition", "builtin", "operator", "text")
"""Names of the sorts of text; the pane gives each a style."""

Piece = tuple[str, str]
"""Text and its category."""

_TAB = 8

_CATEGORY_OF = {
    Token: "text",
    Comment: "comment",
    Keyword: "keyword",
    Operator.Word: "keyword",
    Operator: "operator",
    Number: "number",
    String: "string",
    Name.Function: "definition",
    Name.Class: "definition",
    Name.Decorator: "definition",
    Name.Builtin: "builtin",
}


def highlight(text: str) -> list[list[Piece]]:
    """The lines of a Python source, each as pieces to print one after the other.

    Tabs are expanded to cells (a wide character before a tab counts two), control characters made visible.
    Only newlines end a line, as Python counts them. Never raises: a file that isn't Python is plain text.
    """
    lexer = PythonLexer(stripnl=False, ensurenl=False)
    lines: list[list[Piece]] = [[]]
    for token, value in lexer.get_tokens(text.removeprefix("\ufeff")):
        category = _category(token)
        first, *later = value.split("\n")
        if first:
            lines[-1].append((first, category))
        for piece in later:
            lines.append([(piece, category)] if piece else [])
    if len(lines) > 1 and not lines[-1]:
        lines.pop()  # what follows the last newline is no line
    return [_expanded(line) for line in lines]


@cache
def _category(token: Any) -> str:
    while token is not None:
        if token in _CATEGORY_OF:
            return _CATEGORY_OF[token]
        token = token.parent
    return "text"


def _expanded(line: list[Piece]) -> list[Piece]:
    if all(text.isascii() and text.isprintable() for text, _ in line):
        return line
    column = 0
    pieces = []
    for text, category in line:
        made = ""
        for place, part in enumerate(text.split("\t")):
            if place:
                spaces = _TAB - column % _TAB
                made += " " * spaces
                column += spaces
            shown = clean(part)
            made += shown
            column += cell_width(shown)
        pieces.append((made, category))
    return pieces
