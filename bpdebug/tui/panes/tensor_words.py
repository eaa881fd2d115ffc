"""What the Tensor pane says in words about one tensor: whose it is, its statistics, why it isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import BpdebugError
from ...text import clean, count_text, number, shape_text
from ..widgets.background import Failure
from ..widgets.lines import Piece, flow, paragraph

if TYPE_CHECKING:
    from ...timeline import Moment, Statistics, TensorView

__all__ = ["identity", "in_words", "no_tensors", "note_lines", "size_of"]


def identity(view: TensorView) -> list[Piece]:
    """Role, name, what it is in the event, shape, dtype, device."""
    pieces: list[Piece] = [(clean(view.role), "strong")]
    if view.name and view.name != view.role:
        pieces.append((clean(view.name), "strong"))
    if view.group not in view.role:
        pieces.append((view.group, "muted"))
    if view.changed:
        pieces.append((view.changed, "alarm"))
    if view.shape is not None:
        pieces.append((f"shape {shape_text(view.shape)}", ""))
    if view.dtype:
        pieces.append((dtype_name(view.dtype), ""))
    if view.device:
        pieces.append((f"on {clean(view.device)}", "muted"))
    return pieces


def dtype_name(dtype: str) -> str:
    """`float32` for NumPy's `<f4`; what isn't a dtype stays as it is."""
    try:
        return np.dtype(dtype).name
    except TypeError:
        return clean(dtype)


def in_words(view: TensorView, found: Statistics | Failure | None) -> tuple[list[Piece], list[Piece]]:
    """Extremes and averages over the finite elements; counts. `found` is None while it is being computed."""
    if found is None:
        return [(f"going through {count_text(size_of(view.shape), 'element')} ...", "muted")], []
    if isinstance(found, Failure):
        return [(f"no statistics: {clean(str(found))}", "alarm")], []
    if not found.size:
        return [("no elements", "muted")], []
    averages: list[Piece] = [("no finite element", "alarm")]
    if found.min is not None:
        dtype = None if isinstance(found.min, int) else view.dtype or None
        averages = [
            (f"min {number(found.min, dtype)}", ""),
            (f"max {number(found.max, dtype)}", ""),
            (f"mean {number(found.mean, digits=5)}", ""),
            (f"std {number(found.std, digits=5)}", ""),
            (f"L2 {number(found.l2, digits=5)}", ""),
        ]
    counts = [
        (f"{what} {count:,}", "alarm" if count else "muted")
        for count, what in ((found.nan, "NaN"), (found.pos_inf, "+inf"), (found.neg_inf, "-inf"))
    ]
    counts.append((f"zeros {found.zeros:,}", "" if found.zeros else "muted"))
    counts.append((f"of {count_text(found.size, 'element')}", "muted"))
    return averages, counts


def note_lines(view: TensorView, array: object, width: int) -> list[list[Piece]]:
    """What to say where there are no values to draw, in lines of at most `width` cells; `array` is what there is."""
    if not view.there:
        return missing(view, width)
    if isinstance(array, Failure):
        return flow([(f"can't be shown: {clean(str(array))}", "alarm")], width, 3)
    if array is None:
        return [[("computing ...", "muted")]]
    return [[(f"empty: shape {shape_text(view.shape)} has no elements", "strong")]]


def missing(view: TensorView, width: int) -> list[list[Piece]]:
    """Why there are no values, in lines of at most `width` cells; those of a sample where there is one."""
    lines = paragraph(clean(view.why_missing), width, "strong")
    try:
        sample = view.sample()
    except BpdebugError as error:
        return lines + paragraph(clean(str(error)), width, "alarm")
    if sample is not None:
        lines += paragraph(f"{count_text(sample.size, 'value')}, evenly spaced:", width, "muted")
        lines += paragraph("  ".join(number(value, sample.dtype) for value in sample), width)
    return lines


def no_tensors(moment: Moment | None, width: int) -> list[list[Piece]]:
    """What to say at an event that holds no tensor: what it says itself."""
    if moment is None:
        return [[("no event yet", "muted")]]
    lines: list[list[Piece]] = [[(clean(moment.title), "strong")]]
    lines.append([("This event holds no tensor.", "muted")])
    for fact in moment.facts:
        for line in fact.splitlines():
            lines += paragraph(clean(line), width)
    return lines


def size_of(shape: tuple[int, ...] | None) -> int:
    """Elements of an array of this shape."""
    size = 1
    for length in shape or ():
        size *= length
    return size
