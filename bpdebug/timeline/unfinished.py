"""What a search raises whose time is over: whoever asked takes it up again later."""

from __future__ import annotations

__all__ = ["Unfinished"]


class Unfinished(Exception):
    """The time for a search is over; `done` is the share of it that lies behind, 0 to 1."""

    def __init__(self, done: float) -> None:
        super().__init__(f"searched {done:.0%}")
        self.done = done
