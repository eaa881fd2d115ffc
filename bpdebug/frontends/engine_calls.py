"""Which links of the engine are being called."""

from __future__ import annotations

from typing import Any

from ..recorder.nesting import Threads

__all__ = ["Calls"]


class Calls:
    """The links whose calls enclose what happens now in this thread, outermost first."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    @property
    def innermost(self) -> Any:
        calls = self._threads.state.calls
        return calls[-1] if calls else None

    def enter(self, link: Any) -> None:
        self._threads.state.calls.append(link)

    def leave(self, link: Any) -> None:
        """Take off `link`, and what was left open inside it."""
        calls = self._threads.state.calls
        for depth in range(len(calls) - 1, -1, -1):
            if calls[depth] is link:
                del calls[depth:]
                return
