"""Which row a content had first, of contents that got a row before anybody knew that they were the same."""

from __future__ import annotations

from .promised import Promised
from .recent import Recent
from .recent_contents import Entry

__all__ = ["FirstRows"]


class FirstRows:
    """What was promised lately; for the writer's thread."""

    def __init__(self) -> None:
        self._first: Recent[tuple[bytes, int, int], Entry] = Recent()
        self._by_row: Recent[int | None, Entry] = Recent()

    def same(self, content: Promised) -> Entry | None:
        """The entry of the first content that was the same, kept in the same way and for as long; None: it is new."""
        return self._first.get((content.identify(), content.layout, content.segment))

    def knows(self, content: Promised) -> bool:
        """Whether there was the same content."""
        return self.same(content) is not None

    def note(self, content: Promised, entry: Entry) -> None:
        """A content has come, and has this entry."""
        found = self.same(content)
        if found is None:
            self._first.set((content.identify(), content.layout, content.segment), entry)
        else:
            self._by_row.set(content.row, found)

    def of(self, row: int | None) -> int | None:
        """The row that the content of `row` had first."""
        found = self._by_row.get(row)
        return row if found is None else found[0]
