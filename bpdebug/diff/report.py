"""A comparison as plain text, for people."""

from __future__ import annotations

from collections.abc import Iterator

from ..text import clean, count_text, fit, number
from .result import Comparison, Difference, Growth, Place, Structure

__all__ = ["report_lines"]

_ROWS = 12


def report_lines(found: Comparison, name_a: str, name_b: str) -> Iterator[str]:
    """The report, clean."""
    structure = found.structure
    yield f"A: {clean(name_a)}  ({count_text(structure.events_a, 'event')})"
    yield f"B: {clean(name_b)}  ({count_text(structure.events_b, 'event')})"
    for line in found.setup:
        yield f"   {line}"
    yield ""
    yield _verdict(found)
    yield from _structure_lines(structure)
    yield from _count_lines(found)
    if found.first is not None:
        yield ""
        yield "First divergence"
        yield from _difference_lines(found.first)
    if found.first_value is not None and found.first_value is not found.first:
        yield ""
        yield "First divergence of a tensor"
        yield from _difference_lines(found.first_value)
    if found.by_iteration and found.whole:
        yield ""
        yield "Where it grows: what the events of an iteration made"
        yield from _table("iteration", _spread(found.by_iteration))
        yield ""
        yield "By op: the first to differ come first"
        yield from _table("op", found.by_op[:_ROWS])
        if len(found.by_op) > _ROWS:
            yield f"  … and {count_text(len(found.by_op) - _ROWS, 'more op')}"


def _verdict(found: Comparison) -> str:
    allowed = found.tolerance
    parts = [
        f"--{name} {number(getattr(allowed, name))}"
        for name in ("rtol", "atol", "ulp")
        if getattr(allowed, name)
    ]
    within = f" (within {' '.join(parts)})" if parts else ""
    where = " in all that could be compared" if found.same and found.not_compared else ""
    return f"The runs are {'the same' if found.same else 'different'}{where}{within}."


def _structure_lines(structure: Structure) -> Iterator[str]:
    yield f"  {count_text(structure.matched, 'event')} in both"
    for whose, count, listed in (
        ("A", structure.only_a, structure.first_only_a),
        ("B", structure.only_b, structure.first_only_b),
    ):
        if count:
            yield f"  {count_text(count, 'event')} only in {whose}: {', '.join(listed[:3])}{' …' if count > 3 else ''}"
    for whose, count in (("A", structure.passed_over_a), ("B", structure.passed_over_b)):
        if count:
            yield f"  {count_text(count, 'event')} only in {whose}, not compared: printed text and warnings"
    if structure.turns:
        yield "  some events come in another order"


def _count_lines(found: Comparison) -> Iterator[str]:
    if not found.whole:
        yield "  compared up to the first tensor that differs"
    if found.tensors_differ:
        yield f"  {count_text(found.tensors_differ, 'tensor')} of events differ"
    if found.settings_differ:
        yield f"  {count_text(found.settings_differ, 'event')} with other settings"
    if found.tolerated:
        yield f"  {count_text(found.tolerated, 'tensor')} of events differ within the tolerance"
    if found.not_compared:
        yield f"  {count_text(found.not_compared, 'tensor')} of events could not be compared: the bytes were not kept"
    if found.unreadable:
        yield f"  {count_text(found.unreadable, 'event')} can't be read"


def _difference_lines(difference: Difference) -> Iterator[str]:
    a, b = difference.a, difference.b
    if a is not None and b is not None and a.address == b.address:
        seqs = f"event {a.seq}" if a.seq == b.seq else f"event {a.seq} of A, {b.seq} of B"
        yield f"  {a.address}  ({seqs})"
    else:
        for whose, place in (("A", a), ("B", b)):
            if place is not None:
                yield f"  {place.address}  (event {place.seq} of {whose})"
    for whose, place in (("A", a), ("B", b)):
        yield from _line_of(whose, place)
    if difference.role and difference.values is not None:
        yield f"  {difference.role}: {difference.values[0]} in A, {difference.values[1]} in B"
    elif difference.role:
        what = f"  {'made' if difference.made else 'given'}: {difference.role}"
        yield f"{what} {difference.variable}".rstrip() + (
            f"  {difference.layout}" if difference.layout else ""
        )
    if difference.why:
        yield f"    {difference.why}"
    gap = difference.gap
    if gap is not None:
        ulp = "" if gap.max_ulp is None else f", {gap.max_ulp:,} ULP"
        yield (
            f"    {gap.differing:,} of {count_text(gap.size, 'element')} differ; at most {number(gap.max_abs)}"
            f" absolute, {number(gap.max_rel)} relative{ulp}"
        )
        if gap.differing:
            place_text = f"at [{', '.join(map(str, gap.place))}]" if gap.place else "its value"
            yield f"    furthest apart {place_text}: {gap.a!r} in A, {gap.b!r} in B"
    for note in difference.notes:
        yield f"    {note}"


def _line_of(whose: str, place: Place | None) -> Iterator[str]:
    if place is not None and place.lines:
        where, text = place.lines[-1]
        yield f"    {whose}  {where}  {text}".rstrip()


def _spread(rows: list[Growth]) -> list[Growth]:
    """At most `_ROWS` rows: the first ones, then ever further apart, and the last."""
    if len(rows) <= _ROWS:
        return rows
    ratio = (len(rows) - 1) ** (1 / (_ROWS - 1))
    places = sorted({0, len(rows) - 1, *(min(round(ratio**i), len(rows) - 1) for i in range(_ROWS - 1))})
    return [rows[place] for place in places]


def _table(heading: str, rows: list[Growth]) -> Iterator[str]:
    width = min(max(len(heading), *(len(row.name) for row in rows)), 44)
    yield (
        f"  {heading:<{width}} {'tensors':>8} {'beyond':>8} {'max abs':>10} {'max rel':>10} {'max ULP':>10}"
        f"  {'in iteration' if heading == 'op' else 'worst at'}"
    )
    for row in rows:
        ulp = (
            "-"
            if row.max_ulp is None
            else f"{row.max_ulp:,}"
            if row.max_ulp < 10**8
            else f"{row.max_ulp:.2e}"
        )
        last = str(row.first_iteration) if heading == "op" else row.where
        yield (
            f"  {fit(row.name, width, cut='start')} {row.tensors:>8,} {row.beyond:>8,} {number(row.max_abs):>10}"
            f" {number(row.max_rel):>10} {ulp:>10}  {last}"
        )
