"""Where a difference is, in words: addresses, lines of both scripts, and what helps to find out why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..errors import BpdebugError, DamagedLog
from ..text import clean, shape_text
from ..timeline import Timeline
from ..timeline.names import dtype_name
from ..timeline.origin import origin_of
from ..timeline.written_into import changed_outside
from .pairs import Unlike
from .result import Difference, Place

__all__ = ["Before", "describe_pair", "layout_text", "place_of"]


@dataclass(slots=True)
class Before:
    """What earlier events made that isn't known to be the same: so many tensors within the tolerance, not compared."""

    within: int = 0
    unknown: int = 0


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
    a: Timeline,
    b: Timeline,
    seq_a: int,
    seq_b: int,
    difference: Difference,
    given: Mapping[str, Unlike] | None,
    before: Before | None,
) -> Difference:
    """The difference with its places, and with notes unless `before` is None: if nothing was different before it.

    `given` are, by their roles, the tensors that both events were given and that aren't known to be the same;
    None for events that aren't given any.
    """
    notes: Iterable[str] = ()
    if before is not None:
        changed = _changed(a, seq_a), _changed(b, seq_b)
        if changed[0] != changed[1]:
            notes = _changed_notes(changed)
        elif difference.made and given is not None:
            notes = (*_changed_notes(changed), *_made_notes(given))
        else:
            makers = _maker(a, seq_a, difference.role), _maker(b, seq_b, difference.role)
            notes = (*_changed_notes(changed), *_given_notes(difference.variable or "it", makers, before))
    return replace(difference, a=place_of(a, seq_a), b=place_of(b, seq_b), notes=tuple(notes))


def _changed(timeline: Timeline, seq: int) -> str:
    """What was written into outside any op, as far as the event says so; "" for nothing."""
    try:
        return changed_outside(timeline.names, timeline.names.body(seq))
    except DamagedLog:
        return ""


def _changed_notes(changed: tuple[str, str]) -> Iterator[str]:
    return (f"{whose}: {line}" for whose, line in zip("AB", changed, strict=True) if line)


def _made_notes(given: Mapping[str, Unlike]) -> Iterator[str]:
    """Why events may have made something else that were given what isn't known to be different."""
    for how, words in _UNLIKE.items():
        roles = [clean(role) for role, unlike in given.items() if unlike is how]
        if roles:
            yield f"{words}: {' '.join(roles)}."
    if not given:
        yield (
            "What this event was given is the same in both runs: the event itself computed something else"
            " (other code, another device or library, random numbers)."
        )


def _given_notes(what: str, makers: tuple[str, str], before: Before) -> Iterator[str]:
    """Why events may have been given something else, though no event before them made something else."""
    if makers[0] != makers[1]:
        sources = [maker or "outside the recorded ops" for maker in makers]
        yield f"The runs take {what} from different places: {sources[0]} in A, {sources[1]} in B."
    elif before.within or before.unknown:
        if before.within:
            yield "No earlier event made a difference beyond the tolerance, but some within it."
        if before.unknown:
            yield "No earlier event made a difference in what could be compared: not all that they made was kept."
    elif not makers[0]:
        yield (
            f"No earlier event made a difference: {what} comes from outside the recorded ops"
            " (data, an initial weight, a write by the script)."
        )


def _maker(timeline: Timeline, seq: int, role: str) -> str:
    """The event that made the tensor that event `seq` was given in a role, or whose op wrote into it; "" for none."""
    try:
        moment = timeline.moment(seq)
        view = moment.tensor(role)
        if view is None:
            return ""
        origin = origin_of(timeline, moment, view)
        if origin.writer is not None:
            return f"{clean(timeline.reader.address(origin.writer))}, whose own code wrote into it,"
        return "" if origin.seq is None else clean(timeline.reader.address(origin.seq))
    except BpdebugError:
        return ""


_UNLIKE = {
    Unlike.within: "What this event was given differs, too, within the tolerance",
    Unlike.unknown: "Of what this event was given, one of the runs didn't keep what it takes to compare",
    Unlike.bits: "What this event was given is equal, but not bit for bit (0.0 and -0.0, NaNs, or the order of bytes)",
}
