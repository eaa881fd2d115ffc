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
    by_content: dict[tuple[int, int], list[Parameter]] = {}
    for parameter in history.parameters.values():
        if len(parameter.moved) < _UPDATES or len(history.values.shape(parameter.first)) < 2:
            continue
        held = _held(history, parameter)
        spread = history.values.spread(held[-1]) if len(held) > 1 else None
        if spread is not None and spread[1] > 0 and held[0] != held[-1]:
            by_content.setdefault((held[0], held[-1]), []).append(parameter)
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


def _held(history: History, parameter: Parameter) -> list[int]:
    """What the parameter held in the passes of which it is known. Of one array, each update makes two contents."""
    return [
        tensor
        for op in parameter.used_by
        for var, tensor in op.x
        if var == parameter.number
        and op.steps
        and tensor is not None
        and history.values.array(tensor) is not None
    ]
