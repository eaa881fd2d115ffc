"""The positions that a person has been at, to go back to and forward again as in a browser; and marked ones."""

from __future__ import annotations

__all__ = ["Bookmarks", "Visited"]

MOST = 1000
"""Positions that are remembered, the latest ones."""


class Visited:
    """Positions in the order in which they were visited; `note` forgets what lies ahead."""

    def __init__(self) -> None:
        self._seqs: list[int] = []
        self._place = -1

    def note(self, seq: int) -> None:
        """The person is at `seq` now."""
        if self._place >= 0 and self._seqs[self._place] == seq:
            return
        del self._seqs[self._place + 1 :]
        self._seqs.append(seq)
        del self._seqs[:-MOST]
        self._place = len(self._seqs) - 1

    def go(self, steps: int) -> int | None:
        """The position that many steps on (back if negative), and be there; None at the end of what is known."""
        place = max(0, min(self._place + steps, len(self._seqs) - 1))
        if place == self._place or not self._seqs:
            return None
        self._place = place
        return self._seqs[place]


class Bookmarks:
    """Marked positions."""

    def __init__(self) -> None:
        self.seqs: list[int] = []

    def toggle(self, seq: int) -> bool:
        """Mark a position, or take the mark away; True if it is marked now."""
        if seq in self.seqs:
            self.seqs.remove(seq)
            return False
        self.seqs = sorted([*self.seqs, seq])
        return True

    def next(self, seq: int, direction: int) -> int | None:
        """The marked position after (before) `seq`, from the other end where there is none; None without marks."""
        if not self.seqs:
            return None
        if direction > 0:
            return next((mark for mark in self.seqs if mark > seq), self.seqs[0])
        return next((mark for mark in reversed(self.seqs) if mark < seq), self.seqs[-1])
