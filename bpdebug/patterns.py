"""Names with `*` and `?` in them, and paths that may be given by their end."""

from __future__ import annotations

import functools
import os
import re

__all__ = ["is_pattern", "pattern_matches", "same_path"]


def is_pattern(text: str) -> bool:
    """Whether `text` can mean several names."""
    return "*" in text or "?" in text


def pattern_matches(pattern: str, text: str) -> bool:
    """Whether `text` is what `pattern` says, `*` standing for any characters and `?` for one."""
    return pattern == text or (is_pattern(pattern) and _expression(pattern).fullmatch(text) is not None)


@functools.lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    # No character classes: brackets stand in the names of list items.
    parts = [
        ".*" if part == "*" else "." if part == "?" else re.escape(part)
        for part in re.split(r"([*?])", pattern)
    ]
    return re.compile("".join(parts), re.DOTALL)


def same_path(asked: str, recorded: str) -> bool:
    """Whether a path that someone typed means the recorded file: the same, or its end (`model.py`)."""
    if asked == recorded or os.path.normpath(asked) == os.path.normpath(recorded):
        return True
    tail = os.path.normpath(asked)
    return not os.path.isabs(tail) and recorded.replace("\\", "/").endswith("/" + tail.replace("\\", "/"))
