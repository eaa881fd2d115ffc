"""Which events enclose the one that happens now; each thread nests on its own."""

from __future__ import annotations

import threading
from typing import Any

from ..log.schema import NOTHING, Kind
from ..log.writer import LogWriter
from ..native import part

__all__ = [
    "NO_PHASE",
    "Opener",
    "OpenerInPython",
    "ThreadState",
    "ThreadStateInPython",
    "Threads",
    "ThreadsInPython",
]

NO_PHASE = -1
SCOPE_ENTERED = int(Kind.scope_entered)


class OpenerInPython:
    """An event that is open: what is recorded now is inside it."""

    __slots__ = ("detail", "kind", "phase", "scope", "seq", "site")

    def __init__(self, kind: int, seq: int, phase: int, scope: int, site: int, detail: Any) -> None:
        self.kind = kind
        self.seq = seq
        self.phase = phase
        self.scope = scope
        self.site = site
        self.detail = detail
        """Of a walk: whether it is `double`, and its call; of an update: the optimizer's name."""


class ThreadStateInPython:
    """One thread's open events.

    Attributes:
        stack: openers, outermost first.
        scope: the link whose call encloses what happens now.
        phase: what an enclosing walk or update says; NO_PHASE outside of these.
        parent: seq of the innermost opener.
        arrays: the very arrays of the event that is being recorded, by the field of its body; for `on_event`.
        step: the node of the latest backward step, its gradients, the rows of their contents, and what was to be
            kept of them.
        calls: a front end's links whose calls enclose what happens now, outermost first.
        update, gradients: what a front end noted before the update, or the hook, that is going on.
    """

    __slots__ = (
        "arrays",
        "calls",
        "gradients",
        "number",
        "parent",
        "phase",
        "scope",
        "stack",
        "step",
        "update",
    )

    def __init__(self, number: int) -> None:
        self.number = number
        self.stack: list[OpenerInPython] = []
        self.scope = NOTHING
        self.phase = NO_PHASE
        self.parent = NOTHING
        self.arrays: dict[str, Any] | None = None
        self.step: tuple[Any, Any, dict[int, Any], Any] | None = None
        self.calls: list[Any] = []
        self.update: tuple[Any, Any] | None = None
        self.gradients: Any = None

    def open(self, opener: OpenerInPython) -> None:
        self.stack.append(opener)
        self._look()

    def close(self, kind: int) -> OpenerInPython | None:
        """Take off the innermost opener of `kind`, and what was left open inside it; None if there is none."""
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth].kind == kind:
                opener = self.stack[depth]
                del self.stack[depth:]
                self._look()
                return opener
        return None

    def innermost(self, kind: int) -> OpenerInPython | None:
        """The innermost opener of `kind`."""
        for opener in reversed(self.stack):
            if opener.kind == kind:
                return opener
        return None

    def _look(self) -> None:
        self.scope, self.phase, self.parent = NOTHING, NO_PHASE, NOTHING
        if self.stack:
            self.parent = self.stack[-1].seq
        for opener in reversed(self.stack):
            if opener.kind == SCOPE_ENTERED:
                if self.scope == NOTHING:
                    self.scope = opener.scope
            else:
                self.phase = opener.phase
                break


class ThreadsInPython(threading.local):
    """`state` is the calling thread's `ThreadState`."""

    def __init__(self, writer: LogWriter) -> None:
        self.state = ThreadState(writer.thread(threading.current_thread().name))


Opener = OpenerInPython
ThreadState = ThreadStateInPython
Threads = ThreadsInPython
_native = part("state")
if _native is not None:
    Opener = _native.Opener  # type: ignore[misc]
    ThreadState = _native.ThreadState  # type: ignore[misc]
    Threads = _native.Threads  # type: ignore[misc]
