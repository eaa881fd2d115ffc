"""What a change that is being typed would do, and what it has done, in one line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..conditions.edits import edited_content, parse_edit
from ..errors import BpdebugError, ConditionError
from ..text import count_text, number, shape_text, size_text

if TYPE_CHECKING:
    from ..conditions.edits import EditOperation
    from ..conditions.one_event import OneEvent
    from ..timeline.editable import EditTarget

__all__ = ["FORMS", "EditPreview", "change_words"]

FORMS = "= 0, *= 0.5, = -x; [2] a row, no [] all"
_MOST_ELEMENTS = 1 << 17
"""Of an array that is changed only to say what would come of it, while the person types."""


@dataclass
class EditPreview:
    """Says of a half-typed change what it means for one tensor.

    Attributes:
        target: what is changed.
        array: gives its content now.
        event: gives the event whose tensors an expression may name.
    """

    target: EditTarget
    array: Callable[[], np.ndarray]
    event: Callable[[], OneEvent]

    def words(self, text: str) -> str:
        """What it would change, from what to what; what can be typed, where nothing is yet.

        Raises:
            ConditionError: it can't be read.
        """
        try:
            edit = parse_edit(text)
        except ConditionError:
            if text.rstrip().endswith("=") or not text.strip():
                return self._unfinished(text)
            raise
        try:
            content = self.array()
            part = content[edit.index] if edit.index else content
        except IndexError as error:
            return f"{self.target.label()} has shape {shape_text(content.shape)}: {error}"
        except (BpdebugError, OSError, ValueError):
            return f"{self.target.label()}{_index_words(edit)} {edit.operator} ..."
        if content.size > _MOST_ELEMENTS:
            return f"{self._place(edit, part)}, of shape {shape_text(content.shape)}"
        try:
            after = edited_content(content, edit, self.event())
        except ValueError as error:
            return f"{self._place(edit, part)}: {error}"
        return change_words(self.target, content, after, edit)

    def _unfinished(self, text: str) -> str:
        """Where a value has still to be typed: what there is now, and what can be typed."""
        begun = text.rstrip().rstrip("=*/+-").rstrip()
        try:
            edit = parse_edit(f"{begun} = 0")
            content = self.array()
            part = content[edit.index] if edit.index else content
        except (ConditionError, BpdebugError, OSError, ValueError, IndexError):
            return f"{self.target.label()}:  {FORMS}"
        return f"{self._place(edit, part)} -> ?  {FORMS}"

    def _place(self, edit: EditOperation, part: np.ndarray) -> str:
        name = self.target.label(_index_words(edit))
        if not np.ndim(part):
            return f"{name} = {number(part, np.asarray(part).dtype)}"
        return f"{'all of ' if not edit.index else ''}{name}: {count_text(np.size(part), 'element')}"


def change_words(
    target: EditTarget, before: np.ndarray, after: np.ndarray, edit: EditOperation | None = None
) -> str:
    """From what to what a tensor changes: an element by its values, several by their number and the L2 norm of all."""
    index = () if edit is None else edit.index
    changed = np.argwhere(~((before == after) | ((before != before) & (after != after))))
    part = before[index] if index else before
    name = target.label("" if edit is None else _index_words(edit))
    if not len(changed):
        return f"{name} stays as it is"
    if not np.ndim(part) or len(changed) == 1:
        place = tuple(int(at) for at in changed[0])
        values = f"{number(before[place], before.dtype)} -> {number(after[place], after.dtype)}"
        return f"{target.label(_place_words(place))} = {values}"
    what = f"{len(changed):,} of {count_text(before.size, 'element')}"
    first = tuple(int(at) for at in changed[0])
    example = f"{number(before[first], before.dtype)} -> {number(after[first], after.dtype)}"
    return f"{name}: {what}, L2 {_norm(before)} -> {_norm(after)}; {_place_words(first)} {example}"


def _index_words(edit: EditOperation) -> str:
    if not edit.index:
        return ""
    parts = [
        str(one) if isinstance(one, int) else ":" if isinstance(one, slice) else "..." for one in edit.index
    ]
    return f"[{','.join(parts)}]"


def _place_words(place: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, place))}]" if place else ""


def _norm(array: np.ndarray) -> str:
    with np.errstate(all="ignore"):
        return size_text(float(np.linalg.norm(np.asarray(array, np.float64).ravel())))
