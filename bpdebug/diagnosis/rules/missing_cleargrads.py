"""Gradients of the last iteration are still there when the next backward pass adds to them."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from itertools import pairwise

from ..facts.history import History
from ..facts.records import Accumulated, Parameter
from ..facts.training import between_seqs, part_of
from ..finding import Finding

__all__ = ["find"]

_PERSISTS = 2


def find(history: History) -> Iterator[Finding]:
    """Between two updates of a parameter nothing cleared its gradient, and a walk added to what was there.

    An update is the optimizer's, or one that the script makes by hand.

    Clearing late is fine, and so is adding up several walks for one update: both have a clearing in between.
    """
    clearings: dict[int, list[int]] = {}
    for cleared in history.cleared:
        for var in cleared.vars:
            clearings.setdefault(var, []).append(cleared.seq)
    stale: list[tuple[Parameter, Accumulated, int]] = []
    twice = _given_to_two(history)
    for parameter in history.parameters.values():
        if parameter.number in twice:
            continue
        found = _stale(history, parameter, clearings.get(parameter.number, []))
        if found:
            stale.append((parameter, found[0], len(found)))
    if not stale:
        return
    parameters = [parameter for parameter, _, _ in stale]
    _, first, count = min(stale, key=lambda entry: entry[1].seq)
    others = [parameter for parameter in history.parameters.values() if parameter.number in clearings]
    where = part_of(parameters, others) if len(parameters) > 1 else parameters[0].name
    where = where or parameters[0].used_by[0].label
    site = None if first.walk is None else first.walk.caller
    yield Finding(
        f"gradients are never cleared between updates: backward() adds to those of the iterations before, in"
        f" {len(parameters)} parameter{'s' if len(parameters) > 1 else ''} of {where}",
        where,
        seq=first.seq,
        site=site,
        evidence={"parameters": len(parameters), "updates with old gradients": count},
        subjects=frozenset(parameter.name for parameter in parameters),
    )


def _given_to_two(history: History) -> frozenset[int]:
    """The parameters that two optimizers have, the very same ones: that fault has a rule of its own."""
    given: dict[frozenset[int], set[int]] = {}
    for update in history.updates:
        given.setdefault(frozenset(update.takes), set()).add(update.number)
    left = any(not p.moved and p.received and p.registered for p in history.parameters.values())
    shared = [takes for takes, numbers in given.items() if len(numbers) > 1 and left]
    return frozenset().union(*shared)


def _stale(history: History, parameter: Parameter, clearings: list[int]) -> list[Accumulated]:
    """For each update that used an old gradient, the accumulation that added to it."""
    found = []
    updates = [moved.seq for moved in parameter.moved] or _by_hand(history, parameter)
    for start, stop in zip([-1, *updates], updates, strict=False):
        place = bisect.bisect(clearings, start)
        if place < len(clearings) and clearings[place] < stop:
            continue
        added = between_seqs(parameter.received, start, stop)
        if not added or added[0].before is None:
            continue
        if start < 0:  # a new parameter's gradient is all NaN until it is cleared
            if not history.values.finite(added[0].before):
                found.append(added[0])
        elif history.values.norm(added[0].before):
            found.append(added[0])
    never = not clearings and any(not history.values.finite(event.before) for event in parameter.received[:1])
    return found if never or len(found) >= _PERSISTS else []


def _by_hand(history: History, parameter: Parameter) -> list[int]:
    """The uses of a parameter that no optimizer has, at which it holds something new: the script has moved it."""
    uses = [
        (op.seq, tensor)
        for op in parameter.used_by
        for var, tensor in op.x
        if op.steps and var == parameter.number and history.values.array(tensor) is not None
    ]
    return [seq for (_, before), (seq, now) in pairwise(uses) if now != before]
