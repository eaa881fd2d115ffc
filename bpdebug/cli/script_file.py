"""What can be said of a script before its process is started: that it is there, that it can be read and parsed."""

from __future__ import annotations

import os
import traceback
import warnings

from ..debuggee.script import compile_script
from ..errors import UsageError

__all__ = ["check_is_readable", "syntax_error"]


def check_is_readable(script: str) -> None:
    """Check that `script` is a file that can be read.

    Raises:
        UsageError: it isn't.
    """
    if os.path.isdir(script):
        raise UsageError(
            f"{script}: this is a directory; name the script in it, such as {script.rstrip('/')}/train.py"
        )
    if not os.path.lexists(script):
        raise UsageError(f"{script}: no such file")
    if os.path.exists(script) and not os.path.isfile(script):
        raise UsageError(f"{script}: not a file that a script can be read from")
    try:
        with open(script, "rb") as file:
            file.read(1)
    except OSError as error:
        raise UsageError(f"{script}: can't be read: {error.strerror or error}") from error


def syntax_error(script: str) -> str:
    """The message that Python would show because `script` can't be parsed; "" if it can."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the script's process shows them
        try:
            compile_script(script)
        except SyntaxError as error:
            return "".join(traceback.format_exception_only(error))
        except (MemoryError, OverflowError, RecursionError):
            pass  # too much for the parser: let Python say so in the process of the script
    return ""
