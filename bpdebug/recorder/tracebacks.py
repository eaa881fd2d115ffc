"""Tracebacks as Python prints them, with the user's frames only."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence

__all__ = ["message_of", "user_traceback"]


def user_traceback(
    error: BaseException, outer: Sequence[tuple[str, int, str]], is_user: Callable[[str], bool]
) -> str:
    """The traceback of `error` and of what caused it.

    Args:
        outer: `(path, line, function)` frames around the place where the exception was seen, outermost first.
        is_user: whether a file is the user's.
    """
    try:
        told = traceback.TracebackException(type(error), error, error.__traceback__, compact=True)
        _keep_user_frames(told, is_user, set())
        frames = [traceback.FrameSummary(path, line, function) for path, line, function in outer]
        told.stack[:0] = frames
        return "".join(told.format())
    except Exception:  # an exception whose own __str__ raises, or that hides its traceback
        return f"{type(error).__name__}\n"


def message_of(error: BaseException) -> str:
    """`str(error)`, or a note that it can't be had."""
    try:
        return str(error)
    except Exception:
        return "(its message can't be shown)"


def _keep_user_frames(
    told: traceback.TracebackException, is_user: Callable[[str], bool], seen: set[int]
) -> None:
    if id(told) in seen:
        return
    seen.add(id(told))
    told.stack[:] = [frame for frame in told.stack if is_user(frame.filename)]
    related = [told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or [])]
    for other in related:
        if other is not None:
            _keep_user_frames(other, is_user, seen)
