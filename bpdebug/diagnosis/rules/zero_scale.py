"""The scale of a normalization begins at zero and never leaves it: all that comes to it ends there."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Parameter
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 3
_SCALE = "gamma"


def find(history: History) -> Iterator[Finding]:
    """A gamma that is zero when it is first used and gets gradients of zero in all passes, though it is trained.

    The last normalization of a residual branch may begin at zero: the gradient goes around it, and comes to it.
    """
    for parameter in history.parameters.values():
        op = next((op for op in parameter.used_by if op.steps), None)
        if op is None or len(parameter.moved) < _UPDATES or not _is_scale(history, parameter):
            continue
        if not history.values.is_zero(parameter.first) or not parameter.received:
            continue
        if not all(history.values.is_zero(event.add) for event in parameter.received):
            continue
        layer = parameter.layer or parameter.name
        yield Finding(
            f"gamma of {layer} begins at 0, so that {op.label} gives the same for all examples; its gradient is 0, too,"
            " and it stays there",
            layer,
            seq=op.seq,
            site=parameter.made,
            blamed=("initial_gamma",),
            evidence={
                "gamma": 0.0,
                "channels": history.values.shape(parameter.first)[:1],
                "updates": len(parameter.moved),
            },
            subjects=frozenset({parameter.name, layer}),
        )


def _is_scale(history: History, parameter: Parameter) -> bool:
    """Whether a normalization multiplies with it."""
    return any(
        var == parameter.number and role == _SCALE
        for op in parameter.used_by[:1]
        for (var, _), role in zip(op.x, op.x_roles, strict=False)
    )
