"""Two layers hold the same values all the time: they share one array, or were made from one random state."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Parameter
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 2


def find(history: History) -> Iterator[Finding]:
    """Weights of two trained layers with equal, not constant content before and after several updates."""
    by_content: dict[int, list[Parameter]] = {}
    for parameter in history.parameters.values():
        if len(parameter.moved) < _UPDATES or len(history.values.shape(parameter.first)) < 2:
            continue
        known = (event.after for event in reversed(parameter.moved))
        after = next((tensor for tensor in known if history.values.array(tensor) is not None), None)
        spread = history.values.spread(after)
        if after is not None and spread is not None and spread[1] > 0:
            by_content.setdefault(after, []).append(parameter)
    for same in by_content.values():
        if len(same) < 2:
            continue
        names = [parameter.layer or parameter.name for parameter in same]
        yield Finding(
            f"{' and '.join(names)} hold the same weights throughout: they share their arrays",
            names[-1],
            seq=same[-1].moved[0].seq,
            site=same[-1].made,
            evidence={"layers": names, "updates": len(same[0].moved)},
            subjects=frozenset(parameter.name for parameter in same),
        )
