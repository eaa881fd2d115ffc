"""The text of Python source files on disk."""

from __future__ import annotations

import tokenize

__all__ = ["text_of_file"]


def text_of_file(path: str) -> str:
    """The text of a source file in its declared encoding; empty if it can't be read."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeDecodeError):
        return ""
