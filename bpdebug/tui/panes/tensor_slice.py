"""Which sheet of an array with many axes is shown: two axes (or one) in full, one index of every other."""

from __future__ import annotations

import re

import numpy as np

from ...text import shape_text
from ..widgets.lines import Piece

__all__ = ["Slice"]


class Slice:
    """Keeps the chosen axes and indexes while the arrays change, as far as the next one has them.

    Attributes:
        index: for each axis of the array an index, None for an axis that is shown; empty for up to two axes.
    """

    def __init__(self) -> None:
        self.index: tuple[int | None, ...] = ()
        self._axis = 0

    def fit(self, shape: tuple[int, ...]) -> None:
        """Make the slice one of an array of this shape."""
        if len(shape) <= 2:
            kept: tuple[int | None, ...] = ()
        elif len(self.index) == len(shape):
            kept = tuple(
                None if one is None else min(one, max(length - 1, 0))
                for one, length in zip(self.index, shape, strict=True)
            )
        else:
            kept = (0,) * (len(shape) - 2) + (None, None)
        self.index = kept
        self._axis = min(self._axis, max(len(self._fixed) - 1, 0))

    @property
    def _fixed(self) -> list[int]:
        """The axes of which one index is shown."""
        return [axis for axis, one in enumerate(self.index) if one is not None]

    def of(self, array: np.ndarray) -> np.ndarray:
        """The part of the array that is shown: itself, or a view with one or two axes."""
        return (
            array[tuple(slice(None) if one is None else one for one in self.index)] if self.index else array
        )

    def whole_index(self, place: tuple[int, ...]) -> tuple[int, ...]:
        """The index, in the whole array, of the element at `place` of what is shown."""
        rest = iter(place)
        return tuple(next(rest) if one is None else one for one in self.index) if self.index else place

    def place_of(self, index: tuple[int, ...]) -> tuple[int, ...]:
        """Show the sheet that holds the element `index` of the whole array; its place in what is shown then."""
        if not self.index:
            return index
        self.index = tuple(
            None if one is None else there for one, there in zip(self.index, index, strict=True)
        )
        return tuple(there for one, there in zip(self.index, index, strict=True) if one is None)

    def step(self, shape: tuple[int, ...], by: int) -> None:
        """Change the index on the chosen axis; after the last comes the first."""
        if self._fixed:
            axis = self._fixed[self._axis]
            changed = list(self.index)
            changed[axis] = ((changed[axis] or 0) + by) % shape[axis]
            self.index = tuple(changed)

    def choose_axis(self, by: int) -> None:
        """Choose which of the axes that aren't shown `step` changes."""
        if self._fixed:
            self._axis = (self._axis + by) % len(self._fixed)

    def take(self, text: str, shape: tuple[int, ...]) -> str:
        """Show what `text` says, such as `[0, :, :, 3]`; in words what is wrong with it, or ""."""
        parts = [part.strip() for part in text.strip().removeprefix("[").removesuffix("]").split(",")]
        if len(shape) <= 2:
            return f"an array of shape {shape_text(shape)} is shown whole"
        if len(parts) != len(shape):
            return f"{text} has {len(parts)} of the {len(shape)} axes of shape {shape_text(shape)}"
        index: list[int | None] = []
        for axis, (part, length) in enumerate(zip(parts, shape, strict=True)):
            if part == ":":
                index.append(None)
            elif re.fullmatch(r"-?[0-9]{1,18}", part) and -length <= int(part) < length:
                index.append(int(part) % length)
            else:
                return f"{part or 'nothing'} on axis {axis}: it takes : or an index from {-length} to {length - 1}"
        if index.count(None) not in (1, 2):
            return "one or two axes can be shown in full: write : for them"
        self.index, self._axis = tuple(index), 0
        return ""

    def in_words(self, shape: tuple[int, ...]) -> list[Piece]:
        """Which sheet it is, and how to come to another; nothing where the array is shown whole."""
        if not self.index:
            return []
        axis = self._fixed[self._axis]
        inside = ", ".join(":" if one is None else str(one) for one in self.index)
        return [
            (f"[{inside}]", "strong"),
            (f"axis {axis}: {self.index[axis]} of 0..{shape[axis] - 1}", ""),
            ("i/I index", "muted"),
            ("a/A axis" if len(self._fixed) > 1 else "", "muted"),
            ("; type it", "muted"),
        ]
