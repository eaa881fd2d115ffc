"""A message in few lines of a terminal: whole where there is room, else without what matters least."""

from __future__ import annotations

import re

from .cells import cell_width, fit

__all__ = ["message_lines"]

_PATH = re.compile(r"(?:(?<![\w.…])~?|…)(?:/[^\s/:;,()'\"]+){2,}")


def message_lines(text: str, width: int, most: int) -> list[str]:
    """`text` (one clean line) in at most `most` lines (1 or more) of `width` cells, broken between words.

    What doesn't fit gives up the beginnings of its paths first, and then its end.
    """
    lines = _wrapped(text, width)
    while len(lines) > most:
        paths = [found[0] for found in _PATH.finditer(text)]
        if not paths:
            return [*lines[: most - 1], fit(" ".join(lines[most - 1 :]), width).rstrip()]
        longest = max(paths, key=cell_width)
        text = text.replace(longest, "…/" + longest.split("/", 2)[2], 1)
        lines = _wrapped(text, width)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_width(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        while cell_width(word) > width:  # such as a long path
            head = fit(word, width + 1)[:-1].rstrip()
            lines[-1] = head
            word = word[len(head) :]
            lines.append("")
        lines[-1] = word
    return lines
