"""A recurrent state goes from step to step as a plain array, so only the last step is learnt from."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.detached import Detached, detached
from ..facts.history import History
from ..facts.records import Op
from ..facts.training import upstream
from ..finding import Finding

__all__ = ["find"]

_WALKS = 2
_STEPS = 2
_LOOKED = 200


def find(history: History) -> Iterator[Finding]:
    """In several passes a layer is given what it made itself a step before, and it was used some times before that.

    No walk visits those uses, and each of them, too, was given an array. A state that is carried from one part of a
    sequence to the next, or warmed up before, is cut once.
    """
    cuts: dict[tuple[int, int], list[tuple[Detached, Op, int]]] = {}
    for found in detached(history)[:_LOOKED]:
        if not found.both:
            weight, times = _uses_before(history, found)
            if weight is not None and times >= _STEPS:
                cuts.setdefault((found.entry.site, found.place), []).append((found, weight, times))
    for cut in cuts.values():
        if len({found.walk.seq for found, _, _ in cut}) < _WALKS:
            continue
        found, layer, times = cut[0]
        line = history.script.array_line(found.entry.site)
        yield Finding(
            f"the state goes into {layer.scope or layer.label} as a plain array at each step: of {times + 1} steps of a"
            " pass, only the last one is learnt from",
            layer.scope or layer.label,
            seq=found.entry.seq,
            site=found.entry.site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"left the graph at": history.address(found.made.seq), "steps without gradient": times},
            subjects=frozenset({layer.scope, found.made.scope}),
        )
        return


def _uses_before(history: History, found: Detached) -> tuple[Op | None, int]:
    """The op that takes the array with its weight, and how often that weight was used in the pass before, in vain."""
    entry = found.entry
    weights = history.parameters_of(entry)
    if not weights:
        return None, 0
    weight = weights[0]
    before = [
        op
        for op in weight.used_by
        if op.iteration == entry.iteration and op.call == entry.call and op.seq < entry.seq
    ]
    behind = {op.seq for op in upstream([found.made])}
    in_one_graph = [op for op in before if op.seq in behind]
    in_vain = all(op.in_graph and not op.steps for op in before)
    return (entry, len(before)) if in_vain and len(in_one_graph) == 1 else (None, 0)
