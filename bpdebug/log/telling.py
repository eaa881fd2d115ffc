"""What recording itself says on stderr, in the script's process: a line of its own, also amid a progress bar."""

from __future__ import annotations

import contextlib
import sys

__all__ = ["tell"]


def tell(text: str) -> None:
    """Say `text` after the program's name; never raises, and says nothing where stderr is closed."""
    stream = sys.__stderr__
    if stream is None:
        return
    with contextlib.suppress(OSError, ValueError):
        before = "\n" if getattr(stream.buffer, "line_is_open", False) else ""
        stream.write(f"{before}bpdebug: {text}\n")
        stream.flush()
