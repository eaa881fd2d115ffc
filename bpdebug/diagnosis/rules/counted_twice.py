"""A loss is walked back on its own and once more as a part of a sum: its gradient counts twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..facts.history import History
from ..facts.records import Walk
from ..facts.training import upstream
from ..finding import Finding

__all__ = ["find"]

_TIMES = 3


def find(history: History) -> Iterator[Finding]:
    """Of two walks with neither a clearing nor an update in between, the second begins behind the first one's root."""
    again: list[tuple[Walk, Walk]] = []
    between = sorted(
        [update.seq for update in history.updates] + [cleared.seq for cleared in history.cleared]
    )
    walks = [
        walk for walk in history.walks if walk.call == "backward" and walk.root_op is not None and walk.steps
    ]
    place = 0
    for first, second in pairwise(walks):
        while place < len(between) and between[place] < second.seq:
            place += 1
        if first.caller == second.caller or (place and between[place - 1] > first.seq):
            continue
        root = first.root_op
        if (
            root is not None
            and root is not second.root_op
            and any(step.walk is second for step in root.steps)
        ):
            again.append((first, second))
    if len(again) < max(_TIMES, len(walks) // 4):
        return
    first, second = again[0]
    root = first.root_op
    assert root is not None
    where = history.script.name_given(root.site) or (
        f"{root.scope}/{root.label}" if root.scope else root.label
    )
    behind = [op for op in upstream([root]) if history.parameters_of(op)]
    yield Finding(
        f"{where} is walked back on its own and once more within the loss, so its gradient counts twice",
        where,
        seq=second.seq,
        site=first.caller,
        evidence={"times": len(again), "first backward()": history.address(first.seq)},
        subjects=frozenset(parameter.name for op in behind for parameter in history.parameters_of(op)),
    )
