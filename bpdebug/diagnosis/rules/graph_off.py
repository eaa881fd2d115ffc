"""A part of the model that is to be trained runs with the graph switched off."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import Why, unreached
from ..finding import Finding

__all__ = ["find"]

_SWITCH = r"no_backprop_mode|enable_backprop"


def find(history: History) -> Iterator[Finding]:
    """Parameters without gradient whose ops were never put into the graph."""
    found = [entry for entry in unreached(history) if entry.why is Why.graph_off]
    if not found:
        return
    last = max(found, key=lambda entry: entry.op.seq if entry.op else 0)
    op = last.op
    assert op is not None
    layers = list(dict.fromkeys(entry.parameter.layer or entry.parameter.name for entry in found))
    frames = history.script.frames(op.site)
    switch = None
    for path, number, _ in reversed(frames):
        switch = switch or history.script.enclosing_with((path, number), _SWITCH)
    switch = switch or history.script.first_with(_SWITCH)
    yield Finding(
        f"no gradient reaches {', '.join(layers)}: it runs with the graph switched off (no_backprop_mode)",
        last.parameter.layer or last.parameter.name,
        seq=op.seq,
        site=op.site if switch is None else None,
        file="" if switch is None else switch[0],
        line=0 if switch is None else switch[1],
        evidence={"parameters without gradient": len(found), "op outside the graph": history.address(op.seq)},
        subjects=frozenset(entry.parameter.name for entry in found),
    )
