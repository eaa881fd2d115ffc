"""Which links of the engine are being called."""

from __future__ import annotations

import threading
from typing import Any

__all__ = ["Calls"]


class Calls(threading.local):
    """The links whose calls enclose what happens now in this thread, outermost first."""

    def __init__(self) -> None:
        self.stack: list[Any] = []

    @property
    def innermost(self) -> Any:
        return self.stack[-1] if self.stack else None

    def leave(self, link: Any) -> None:
        """Take off `link`, and what was left open inside it."""
        for depth in range(len(self.stack) - 1, -1, -1):
            if self.stack[depth] is link:
                del self.stack[depth:]
                return
