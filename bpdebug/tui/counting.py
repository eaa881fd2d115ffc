"""Digits before a key: `10s` is ten steps; one digit with nothing after it goes to a pane.

No clock here: whoever owns it calls `expire` when nothing was typed for `WAIT_S`.
"""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["WAIT_S", "Counter"]

WAIT_S = 0.6
"""How long a lone digit waits for a stepping key before it means a pane."""

_DIGITS = 6


class Counter:
    """The count typed so far; `text` is "" when there is none."""

    def __init__(self, pane_keys: Collection[str]) -> None:
        self._pane_keys = pane_keys
        self.text = ""

    def digit(self, digit: int) -> bool:
        """Take a digit; True if it may still turn out to mean a pane."""
        if len(self.text) < _DIGITS and (digit or self.text):
            self.text += str(digit)
        return self.text in self._pane_keys

    def take(self) -> int:
        """The count for the key that was pressed now (1 if none was typed), and begin anew."""
        count = int(self.text or 1)
        self.text = ""
        return count

    def expire(self) -> str | None:
        """Nothing came after a lone digit: that key, if it means a pane. A count waits on."""
        if self.text in self._pane_keys:
            return str(self.take())
        return None
