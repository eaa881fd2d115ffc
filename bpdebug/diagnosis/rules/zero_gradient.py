"""A parameter's gradient is exactly zero in every iteration."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.reach import trained
from ..facts.records import Parameter, Step, Walk
from ..finding import Finding

__all__ = ["find"]

_WALKS = 4


def find(history: History) -> Iterator[Finding]:
    """All gradients that came to a trained parameter are zeros; and the op at which the gradient became zero."""
    dead: dict[int, list[Parameter]] = {}
    steps: dict[int, Step | None] = {}
    for number in sorted(trained(history)):
        parameter = history.parameters.get(number)
        if parameter is None or len(parameter.received) < _WALKS:
            continue
        if not all(history.values.is_zero(event.add) for event in parameter.received):
            continue
        step = _first_zero(history, parameter)
        key = -1 if step is None else step.site
        dead.setdefault(key, []).append(parameter)
        steps[key] = step
    for key, parameters in dead.items():
        step = steps[key]
        layers = list(dict.fromkeys(parameter.layer or parameter.name for parameter in parameters))
        blocked = "" if step is None else f": {step.label} lets nothing through"
        yield Finding(
            f"the gradient of {', '.join(layers)} is exactly zero in every iteration{blocked}",
            layers[-1],
            seq=parameters[0].received[0].seq if step is None else step.seq,
            site=parameters[0].made if step is None else step.site,
            evidence={"parameters": len(parameters), "backward passes": len(parameters[0].received)},
            subjects=frozenset({*(parameter.name for parameter in parameters), *layers}),
        )


def _first_zero(history: History, parameter: Parameter) -> Step | None:
    """The step at which a gradient that wasn't zero became zero: that of the last walk, in the first if it is there."""
    last = _zero_in(history, parameter.received[-1].walk)
    first = _zero_in(history, parameter.received[0].walk)
    return first if first is not None and last is not None and first.site == last.site else last


def _zero_in(history: History, walk: Walk | None) -> Step | None:
    """The step of a walk at which a gradient that wasn't zero became zero."""
    if walk is None:
        return None
    for step in walk.steps:
        arrived = [tensor for tensor in step.gy if tensor is not None]
        left = step.gx[0] if step.gx else None
        if step.op is None or left is None or step.op.sources[0] is None:
            continue
        blocked = history.values.is_zero(left) and any(
            not history.values.is_zero(tensor) for tensor in arrived
        )
        if blocked:
            return step
    return None
