"""The frames of a call site as rules want them: the same whichever Python ran the script."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["UserFrame", "without_comprehensions"]

UserFrame = tuple[str, int, str]
"""Path, line from 1, and qualified name of the function; `<module>` for the file itself."""
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")


def without_comprehensions(frames: Iterable[UserFrame]) -> list[UserFrame]:
    """Frames, innermost last, in which a comprehension belongs to the function that it stands in.

    Up to Python 3.11 each comprehension has a frame and a name of its own, from 3.12 on only a generator has. Where a
    generator is gone through in another function than its own it keeps its frame, by the name of its own.
    """
    found: list[UserFrame] = []
    for path, line, function in frames:
        around = _function_around(function)
        if around != function and found and found[-1][0] == path and found[-1][2] == around:
            found.pop()
        found.append((path, line, around))
    return found


def _function_around(function: str) -> str:
    """The function that a comprehension stands in, by their qualified names; other functions are their own."""
    while (name := function.rpartition(".")[2]) in _COMPREHENSIONS:
        function = function.removesuffix(name).removesuffix(".").removesuffix(".<locals>")
    return function or "<module>"
