"""Where a difference is, in words: addresses, lines of both scripts, and what helps to find out why."""

from __future__ import annotations

from dataclasses import replace

from ..errors import BpdebugError, DamagedLog
from ..text import clean, shape_text
from ..timeline import Timeline
from ..timeline.changed_outside import changed_outside
from ..timeline.names import dtype_name
from .result import Difference, Place

__all__ = ["describe_pair", "layout_text", "place_of"]


def place_of(timeline: Timeline, seq: int) -> Place:
    """Event `seq` of a run; of a damaged event, what its index record still says."""
    reader, names = timeline.reader, timeline.names
    try:
        address = clean(reader.address(seq))
    except BpdebugError:
        address = f"event {seq}"
    lines = []
    for frame in names.frames(reader.index[seq]["site"]):
        source = next((found for found in reader.sources if found.path == frame.path), None)
        texts = source.text.splitlines() if source is not None else []
        text = clean(texts[frame.line - 1].strip()) if 1 <= frame.line <= len(texts) else ""
        lines.append((clean(frame.text), text))
    return Place(seq, address, tuple(lines))


def layout_text(timeline: Timeline, tensor: int | None) -> str:
    """dtype and shape of a tensor; "" for none."""
    layout = timeline.names.layout(tensor)
    return "" if layout is None else f"{dtype_name(layout.dtype)} {shape_text(layout.shape)}"


def describe_pair(
    a: Timeline, b: Timeline, seq_a: int, seq_b: int, difference: Difference, alone: bool
) -> Difference:
    """The difference with its places, and with notes if nothing else (`alone`) was different before it."""
    return replace(
        difference,
        a=place_of(a, seq_a),
        b=place_of(b, seq_b),
        notes=tuple(_notes(difference, _changed(a, seq_a), _changed(b, seq_b))) if alone else (),
    )


def _changed(timeline: Timeline, seq: int) -> str:
    """What was written into outside any op, as far as the event says so; "" for nothing."""
    try:
        return changed_outside(timeline.names, timeline.names.body(seq))
    except DamagedLog:
        return ""


def _notes(difference: Difference, changed_a: str, changed_b: str) -> list[str]:
    if difference.gap is None:
        return []
    changed = [f"{whose}: {line}" for whose, line in (("A", changed_a), ("B", changed_b)) if line]
    if changed_a != changed_b:
        return changed
    if difference.made:
        return [
            *changed,
            "What this event was given is the same in both runs: the event itself computed something else"
            " (other code, another device or library, random numbers).",
        ]
    what = f"{difference.variable} " if difference.variable else "it "
    return [
        *changed,
        f"No earlier event made a difference: {what}comes from outside the recorded ops"
        " (data, an initial weight, a write by the script).",
    ]
