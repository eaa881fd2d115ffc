"""Which row a content had first, of contents that got a row before anybody knew that they were the same."""

from __future__ import annotations

from .promised import Promised
from .recent_contents import RecentContents

__all__ = ["FirstRows"]


class FirstRows:
    """What was promised lately; for the writer's thread."""

    def __init__(self) -> None:
        self._first = RecentContents()
        self._by_row = RecentContents()

    def note(self, content: Promised) -> None:
        """A content has come: it may be the same as an earlier one, kept in the same way and for as long."""
        key = content.identify(), content.layout, content.segment
        found = self._first.get(key)
        if found is None:
            self._first.set(key, (content.row, 0, content.layout, 0, 0, b""))
        else:
            self._by_row.set(content.row, found)

    def of(self, row: int | None) -> int | None:
        """The row that the content of `row` had first."""
        found = self._by_row.get(row)
        return row if found is None else found[0]
