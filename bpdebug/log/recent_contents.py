"""The contents that a tensor store met lately, by which it knows what it has kept already."""

from __future__ import annotations

from ..native import part
from .keep import Keep
from .lent import Content
from .recent import Recent

__all__ = ["AS_IT_IS", "Entry", "RecentContents", "Variants"]

Entry = tuple[int, int, int, int, int, Content]
"""Where a content is: row of `tensors.idx`, TensorFlag bits, layout, segment, offset; and what it is known by.

A plain tuple, because the garbage collector stops looking at those, and there are many.
"""

AS_IT_IS = 0
"""The variant of a content that is kept whole, under the layout that it had first."""


class RecentContentsInPython:
    """Entries by content id and variant. Small and large contents are counted apart.

    `native.recent_contents` has the twin.
    """

    def __init__(self) -> None:
        self._entries: Recent[tuple[bytes, int], Entry] = Recent()

    def get(self, content: bytes, variant: int = AS_IT_IS) -> Entry | None:
        return self._entries.get((content, variant))

    def set(self, content: bytes, entry: Entry, variant: int = AS_IT_IS) -> None:
        self._entries.set((content, variant), entry)


RecentContents = RecentContentsInPython
_native = part("recent_contents")
if _native is not None:
    RecentContents = _native.RecentContents  # type: ignore[misc]


class Variants:
    """Numbers for the ways in which a content can be in the log beside `AS_IT_IS`."""

    def __init__(self) -> None:
        self._less: dict[tuple[int, Keep], int] = {}

    def of_layout(self, layout: int) -> int:
        """Whole, under this layout, which is not the one that it had first."""
        return 1 + 2 * layout

    def of_less(self, layout: int, keep: Keep) -> int:
        """What `keep` leaves of it under this layout."""
        known = self._less.get((layout, keep))
        if known is None:
            known = self._less[layout, keep] = 2 + 2 * len(self._less)
        return known
