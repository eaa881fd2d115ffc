"""One parameter from before to after its update: the same corner of each tensor, side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...text import cell_width, clean, fit, number, shape_text
from ..widgets.background import Failure
from ..widgets.corner import corner
from ..widgets.lines import Piece, paragraph
from .norms import Norms
from .parameter_table import norm_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...timeline import ParameterState
    from ...timeline.updates import HookStep

__all__ = ["Part", "detail_lines", "fitting_parts", "heading", "parts_beside", "parts_of"]

_PART_WIDTH = 18
_GAP = 2


@dataclass(frozen=True)
class Part:
    """One tensor of the parameter: `tensor` by its number, or `delta` as (before, after).

    With `other`, `tensor` is one of the run that it measures; `apart` is (this run's, the other run's).
    """

    title: str
    tensor: int | None = None
    delta: tuple[int, int] | None = None
    note: str = ""
    missing: str = ""
    other: Norms | None = None
    apart: tuple[int, int] | None = None


def parts_beside(
    mine: ParameterState, theirs: ParameterState | None, other: Norms, letter: str
) -> list[Part]:
    """Value and gradient of the other run's parameter, and how far the values are apart."""
    if theirs is None:
        return [Part(f"in {letter}", missing="isn't there")]
    parts = [Part(f"value in {letter}", theirs.value, missing="none", other=other)]
    if mine.value is not None and theirs.value is not None:
        title = f"value - {letter}'s"
        parts.append(Part(title, apart=(mine.value, theirs.value), other=other))
    parts.append(Part(f"gradient in {letter}", theirs.gradient, missing="none", other=other))
    return parts


def parts_of(state: ParameterState, hooks: Sequence[HookStep] = ()) -> list[Part]:
    """What there is to show side by side, in the order of the update; `hooks` are those of its latest update."""
    change = None
    if state.before is not None and state.after is not None:
        change = (state.before, state.after)
    stored = [
        Part(clean(key), value)
        for key, value in state.state.items()
        if key in state.state_tensors and isinstance(value, int)
    ]
    if state.updated_here:
        return [
            Part("before", state.before, missing="it held nothing"),
            *_gradients(state, hooks, "gradient"),
            Part("delta", delta=change, missing="can't be told"),
            Part("after", state.after, missing="it holds nothing"),
            *stored,
        ]
    note = clean(state.gradient_note)
    nothing = note if note.startswith("none") else f"none: {note}" if note else "none"
    parts = [
        Part("value", state.value, missing="not seen yet"),
        Part("gradient", state.gradient, note=note if state.gradient is not None else "", missing=nothing),
    ]
    if state.updated_at is not None:
        parts += [
            Part("last delta", delta=change, missing="can't be told"),
            *_gradients(state, hooks, "last gradient"),
            Part("last before", state.before, missing="it held nothing"),
            *stored,
        ]
    return parts


def _gradients(state: ParameterState, hooks: Sequence[HookStep], title: str) -> list[Part]:
    """The gradient as backward left it, and after each hook."""
    if not hooks:
        return [Part(title, state.used_gradient, missing="none")]
    after = [Part(f"after {step.hook}", step.after, missing="none") for step in hooks]
    return [Part(title, hooks[0].before, missing="none"), *after]


def heading(state: ParameterState, norms: Norms) -> list[Piece]:
    """Name, shape, which update is shown, and the optimizer's state: norms of tensors, values of numbers."""
    pieces: list[Piece] = [(clean(state.name), "strong"), (f"{shape_text(state.shape)} {state.dtype}", "")]
    rule = clean(state.rule)
    if state.updated_here:
        pieces.append((f"updated by this event{f' ({rule})' if rule else ''}", "strong"))
    elif state.updated_at is not None:
        pieces.append((f"last update: event {state.updated_at}{f' ({rule})' if rule else ''}", ""))
    else:
        pieces.append(("not updated yet", "muted"))
    if state.lr is not None:
        # With Adam's corrections of its means it isn't what the script has set.
        pieces.append((f"effective lr {number(state.lr)}", ""))
    for key, value in state.state.items():
        if key not in state.state_tensors:
            pieces.append((f"{clean(key)} {number(value)}", "muted"))
        elif isinstance(value, int):
            text, style = norm_text(norms.of(value))
            pieces.append((f"|{clean(key)}| {text}", style or "muted"))
    return pieces


def fitting_parts(parts: list[Part], first: int, width: int) -> list[Part]:
    """Those from number `first` on that fit side by side."""
    return parts[first : first + max(1, (width + _GAP) // (_PART_WIDTH + _GAP))]


def detail_lines(shown: list[Part], norms: Norms, width: int, height: int) -> list[list[Piece]]:
    """Draw parts side by side, in at most `height` lines."""
    # What room is left over makes the columns wider, up to twice.
    part_width = min(2 * _PART_WIDTH, max(10, (width + _GAP) // max(1, len(shown)) - _GAP))
    columns = [_part_lines(part, norms, part_width, height) for part in shown]
    lines: list[list[Piece]] = []
    for row in range(max(map(len, columns), default=0)):
        line: list[Piece] = []
        for place, column in enumerate(columns):
            cells = column[row] if row < len(column) else []
            line += cells
            used = sum(cell_width(text) for text, _ in cells)
            if place + 1 < len(columns):
                line.append((" " * max(0, part_width + _GAP - used), ""))
        lines.append(line)
    return lines[:height]


def _part_lines(part: Part, norms: Norms, width: int, height: int) -> list[list[Piece]]:
    noted = f"{part.title}: {part.note}"
    name = noted if part.note and cell_width(noted) <= width else part.title
    title: list[Piece] = [(fit(name, width), "muted")]
    array: np.ndarray | Failure | None
    if part.apart is not None and part.other is not None:
        first, second = part.apart
        array, found = norms.apart(first, part.other, second), norms.of_apart(first, part.other, second)
    elif part.delta is not None:
        array, found = norms.delta(*part.delta), norms.of_delta(*part.delta)
    elif part.tensor is not None:
        measured = part.other or norms
        array, found = measured.array(part.tensor), measured.of(part.tensor)
    else:
        return [title, [(fit(part.missing, width), "muted")]]
    if isinstance(array, Failure):
        return [title, *paragraph(clean(str(array)), width, "alarm")]
    if array is None:
        return [title, [("computing ...", "muted")]]
    text, style = norm_text(found)
    if height < 4:  # every line counts
        name = fit(f"{part.title} ", max(0, width - cell_width(text)))
        return [[(name, "muted"), (text, style)], *corner(array, width, height - 1)]
    norm: list[Piece] = [(fit(f"L2 {text}", width).rstrip(), style)]
    return [title, norm, *corner(array, width, height - 2)]
