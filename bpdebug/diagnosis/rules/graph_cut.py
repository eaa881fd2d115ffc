"""A value leaves the graph as a plain array and comes in again: what made it gets no gradient."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Unreached, Why, unreached
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient whose output's content is fed to a later op as an array."""
    cut: dict[int, list[Unreached]] = {}
    for found in unreached(history):
        if found.why is Why.cut and found.entry is not None:
            cut.setdefault(found.entry.site, []).append(found)
    for entries in cut.values():
        last = max(entries, key=lambda found: found.op.seq if found.op else 0)
        entry, end = last.entry, last.op
        assert entry is not None
        assert end is not None
        layers = _layers(entries)
        yield Finding(
            f"no gradient reaches {', '.join(layers)}: the value of {end.label} goes into {_name(entry)} as a plain"
            " array, which cuts the graph",
            layers[-1],
            seq=entry.seq,
            site=entry.site,
            evidence={
                "parameters without gradient": len(entries),
                "left the graph at": history.address(end.seq),
                "came in again at": history.address(entry.seq),
            },
            subjects=frozenset(found.parameter.name for found in entries),
        )


def _layers(entries: list[Unreached]) -> list[str]:
    """The layers cut off, in the order of their last use."""
    last_use: dict[str, int] = {}
    for found in entries:
        if found.parameter.used_by:
            last_use[found.parameter.layer or found.parameter.name] = found.parameter.used_by[-1].seq
    return sorted(last_use, key=lambda layer: last_use[layer])


def _name(op: object) -> str:
    scope, label = getattr(op, "scope", ""), getattr(op, "label", "")
    return f"{scope}/{label}" if scope else str(label)
