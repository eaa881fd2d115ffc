"""The script ended by an exception."""

from __future__ import annotations

from collections.abc import Iterator

from ...text import clean
from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]

_LINES = 4
"""Of the exception's message: enough for what a type check expects and what it got."""
_NOT_FAULTS = ("KeyboardInterrupt", "SystemExit")


def find(history: History) -> Iterator[Finding]:
    """The exception that left the script, with the op and the shapes where it began."""
    left = [(seq, body) for seq, body in history.failures if body.left == "script"]
    if not left or left[-1][1].type in _NOT_FAULTS:
        return
    seq, body = left[-1]
    inner = next(
        ((at, failed) for at, failed in history.failures if failed.left == "op" and failed.text == body.text),
        None,
    )
    at, failed = (seq, body) if inner is None else inner
    row = history.reader.index[at]
    scope = int(row["scope"])
    scopes = history.reader.scopes
    layer = clean(scopes[scope].path) if scope < len(scopes) else ""
    where = layer or clean(failed.op) or "script"
    lines = [clean(line.strip()) for line in body.text.splitlines() if line.strip()]
    message = "; ".join(line.rstrip(";,") for line in lines[:_LINES])
    yield Finding(
        f"the script ends by {clean(body.type)}: {message}"
        if message
        else f"the script ends by {clean(body.type)}",
        where,
        seq=at,
        site=history.site_of(at) if history.site_of(at) is not None else history.site_of(seq),
        fix="" if failed.op else "See the line: it isn't an op of the engine that fails.",
        evidence={"op": clean(failed.op) or None, "shapes": [clean(shape) for shape in failed.shapes]},
    )
