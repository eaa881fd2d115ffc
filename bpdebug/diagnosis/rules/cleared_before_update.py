"""The gradient is cleared after the backward pass has computed it and before the update could use it."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Cleared, Parameter
from ..facts.training import between_seqs, model_of
from ..finding import Finding

__all__ = ["find"]

_PERSISTS = 2


def find(history: History) -> Iterator[Finding]:
    """Walk, clearing, update, in this order and with nothing between clearing and update, at every update."""
    lost: list[tuple[Parameter, list[Cleared]]] = []
    for parameter in history.parameters.values():
        clearings = [cleared for cleared in history.cleared if parameter.number in cleared.vars]
        found = _lost(parameter, clearings)
        if len(found) >= _PERSISTS and len(found) >= len(parameter.moved) - 1:
            lost.append((parameter, found))
    if lost:
        yield _finding(lost)


def _lost(parameter: Parameter, clearings: list[Cleared]) -> list[Cleared]:
    """The clearings that took away the gradient that an update was to use."""
    found = []
    start = -1
    for moved in parameter.moved:
        between = between_seqs(clearings, start, moved.seq)
        received = [event.seq for event in between_seqs(parameter.received, start, moved.seq)]
        if between and received and received[-1] < between[-1].seq:
            found.append(next(cleared for cleared in between if cleared.seq > received[-1]))
        start = moved.seq
    return found


def _finding(lost: list[tuple[Parameter, list[Cleared]]]) -> Finding:
    parameters = [parameter for parameter, _ in lost]
    first = min((found[0] for _, found in lost), key=lambda cleared: cleared.seq)
    where = model_of(parameters) if len(parameters) > 1 else parameters[0].name
    return Finding(
        f"the gradients of {where} are cleared between backward() and the update, which so finds none",
        where,
        seq=first.seq,
        site=first.site,
        evidence={"parameters": len(parameters), "updates without gradient": len(lost[0][1])},
        subjects=frozenset(parameter.name for parameter in parameters),
    )
