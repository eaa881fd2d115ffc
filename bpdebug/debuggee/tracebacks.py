"""A script's uncaught exception, shown as Python shows it: the user's frames, without those of the machinery."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, TracebackType

__all__ = ["explain_missing", "is_machinery", "keep_user_frames", "show_as_python_would", "user_traceback"]

_PACKAGE = Path(__file__).resolve().parent.parent
_MACHINERY = (f"{_PACKAGE}/", f"{_PACKAGE.parent / 'engine'}/")


def is_machinery(filename: str) -> bool:
    """Whether this is a file of the debugger or of the engine."""
    return filename.startswith(_MACHINERY)


def user_traceback(traceback: TracebackType | None) -> TracebackType | None:
    """`traceback` without the debugger's and the engine's frames."""
    kept = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_MACHINERY):
            kept.append(traceback)
        traceback = traceback.tb_next
    shown: TracebackType | None = None
    for entry in reversed(kept):
        shown = TracebackType(shown, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return shown


def keep_user_frames(error: BaseException) -> None:
    """Cut the machinery out of the tracebacks of `error` and of all that it was raised from."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        current.__traceback__ = user_traceback(current.__traceback__)
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions


def explain_missing(error: BaseException) -> None:
    """Where `error` comes from using a part of Chainer that the engine lacks, add a note that says so."""
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        missing = error.obj.__name__.partition(".")[0] == "chainer"
    elif isinstance(error, ImportError):
        # `from chainer import x` says it in words of Python's own; `import chainer.x` says it in ours already.
        missing = (error.name or "").partition(".")[0] == "chainer" and str(error).startswith("cannot import")
    else:
        missing = False
    if missing:
        error.add_note("`chainer` is bpdebug's own engine here, and it doesn't have this yet.")


def show_as_python_would(error: BaseException) -> None:
    """Prepare that `error`, once it leaves the main program, is shown with its user frames only.

    The interpreter itself then shows it, through whatever `sys.excepthook` the script has set, and ends with the
    status that it would have ended with.
    """
    keep_user_frames(error)
    shown = error.__traceback__
    hook = sys.excepthook

    def show(kind: type[BaseException], value: BaseException, _: TracebackType | None) -> None:
        sys.excepthook = hook
        value.__traceback__ = shown
        hook(kind, value, shown)

    sys.excepthook = show
