"""Evaluates what the person types, in the frame of the paused script: by their own wish, and nothing else ever is."""

from __future__ import annotations

import ast
import ctypes
import linecache
import sys
import textwrap
import traceback
from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping
from types import FrameType, TracebackType
from typing import Any

from .tracebacks import keep_user_frames

__all__ = ["evaluate", "innermost_frame", "user_frame"]

_LONGEST = 20_000
"""Characters of an answer; of more, the middle is left out."""

_FILE = "<console>"


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
    """Run `text` in `frame`, as the interactive Python would; what it would have shown, without what was printed.

    Of several statements the last one is shown, if it is an expression.
    """
    text = textwrap.dedent(text).strip()
    # For tracebacks, which show the line that they are about.
    linecache.cache[_FILE] = (len(text), None, text.splitlines(keepends=True), _FILE)
    names = frame.f_locals  # asked for again, it would forget what was assigned
    outer: dict[str, Any] = frame.f_globals
    inner: MutableMapping[str, Any] = names
    if names is not outer:
        outer, inner = _Outer(names, outer), ChainMap(names, outer)
    try:
        tree = ast.parse(text, _FILE)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, _FILE, "exec"), outer, inner)
        _keep_globals(outer, frame)
        if not isinstance(last, ast.Expr):
            return ""
        value = eval(compile(ast.Expression(last.value), _FILE, "eval"), outer, inner)
        return "" if value is None else _shortened(repr(value))
    except BaseException as error:
        # Also what would end a program: here it only ends what was typed.
        return _shortened(_told(error))
    finally:
        _keep_globals(outer, frame)
        _keep_locals(frame)


class _Outer(dict[str, Any]):
    """What comprehensions and functions that were typed in a function's frame take for the module's names.

    They see the function's local variables, too, which Python compiles typed text without. What they assign by
    `global` is in the dict itself.
    """

    def __init__(self, names: Mapping[str, Any], module: Mapping[str, Any]) -> None:
        super().__init__()
        self._names, self._module = names, module

    def __missing__(self, name: str) -> Any:
        return self._names[name] if name in self._names else self._module[name]


def _keep_globals(outer: dict[str, Any], frame: FrameType) -> None:
    """Make what was assigned by `global` the module's."""
    if isinstance(outer, _Outer):
        frame.f_globals.update((name, outer.pop(name)) for name in [*outer] if name != "__builtins__")


def _keep_locals(frame: FrameType) -> None:
    """Make what was assigned to the local variables of a function stay; from Python 3.13 on it does by itself."""
    if sys.version_info < (3, 13) and frame.f_locals is not frame.f_globals:
        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def _told(error: BaseException) -> str:
    """The traceback from the typed text on, as Python shows it, without frames of the debugger and the engine."""
    keep_user_frames(error)
    shown = error.__traceback__
    while shown is not None and shown.tb_frame.f_code.co_filename != _FILE:
        shown = shown.tb_next
    return "".join(traceback.format_exception(type(error), error, shown)).rstrip()


def _shortened(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    half = _LONGEST // 2
    return f"{text[:half]}\n… {len(text) - 2 * half:,} characters …\n{text[-half:]}"
