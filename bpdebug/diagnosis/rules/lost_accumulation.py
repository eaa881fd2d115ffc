"""Gradients of several backward passes are to be added up for one update, but are cleared in between."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..facts.history import History
from ..facts.training import between_seqs, model_of
from ..finding import Finding

__all__ = ["find"]

_PERSISTS = 2


def find(history: History) -> Iterator[Finding]:
    """Two walks from the same line between two updates, with a clearing of what the first one gave."""
    found: dict[int, tuple[int, int]] = {}
    for parameter in history.parameters.values():
        lost = []
        bounds = [update.seq for update in history.updates]
        clearings = [cleared.seq for cleared in history.cleared if parameter.number in cleared.vars]
        for start, stop in pairwise(bounds):
            received = [event for event in between_seqs(parameter.received, start, stop) if event.walk]
            for one, other in pairwise(received):
                if one.walk is other.walk or one.walk.caller != other.walk.caller:  # type: ignore[union-attr]
                    continue
                lost += [seq for seq in clearings if one.seq < seq < other.seq]
        if len(lost) >= _PERSISTS and parameter.moved:
            found[parameter.number] = lost[0], len(lost)
    if not found:
        return
    parameters = [history.parameters[number] for number in found]
    first = min(seq for seq, _ in found.values())
    where = model_of(parameters) or parameters[0].name
    yield Finding(
        f"several backward passes come before each update of {where}, but all gradients except the last are cleared",
        where,
        seq=first,
        site=history.site_of(first),
        evidence={"gradients thrown away": max(count for _, count in found.values())},
        subjects=frozenset(parameter.name for parameter in parameters),
    )
