"""Evaluates what the person types, in the frame of the paused script: by their own wish, and nothing else ever is."""

from __future__ import annotations

import ast
import ctypes
import sys
import traceback
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any

__all__ = ["evaluate", "innermost_frame", "user_frame"]

_LONGEST = 20_000
"""Characters of an answer; of more, the middle is left out."""


def user_frame(is_user: Callable[[str], bool]) -> FrameType | None:
    """The innermost frame of the calling thread that is the script's own."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and not is_user(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


def innermost_frame(found: TracebackType | None, is_user: Callable[[str], bool]) -> FrameType | None:
    """The innermost frame of a traceback that is the script's own."""
    frame = None
    while found is not None:
        if is_user(found.tb_frame.f_code.co_filename):
            frame = found.tb_frame
        found = found.tb_next
    return frame


def evaluate(text: str, frame: FrameType) -> str:
    """Run `text` in `frame`, as the interactive Python would; what it would have shown, without what was printed."""
    try:
        expression = _compiled(text, "eval")
        if expression is not None:
            value = eval(expression, frame.f_globals, frame.f_locals)
            return "" if value is None else _shortened(repr(value))
        statements = compile(text, "<console>", "exec")
        exec(statements, frame.f_globals, frame.f_locals)
        _keep_locals(frame)
    except BaseException as error:
        # Also what would end a program: here it only ends what was typed.
        return _shortened(_told(error))
    return ""


def _compiled(text: str, mode: str) -> CodeType | None:
    try:
        tree: Any = ast.parse(text.strip(), "<console>", mode)
    except SyntaxError:
        return None
    code: CodeType = compile(tree, "<console>", mode)
    return code


def _keep_locals(frame: FrameType) -> None:
    """Make what was assigned to the local variables of a function stay; from Python 3.13 on it does by itself."""
    if sys.version_info < (3, 13) and frame.f_locals is not frame.f_globals:
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def _told(error: BaseException) -> str:
    """The traceback from the typed text on, as Python shows it."""
    shown = error.__traceback__
    while shown is not None and shown.tb_frame.f_code.co_filename != "<console>":
        shown = shown.tb_next
    return "".join(traceback.format_exception(type(error), error, shown)).rstrip()


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters …\n{text[-half:]}"
