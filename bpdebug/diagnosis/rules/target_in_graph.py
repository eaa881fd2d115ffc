"""The target of a bootstrapped value is computed by the very layers that learn it, and gets a gradient as well."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.places import ops_by_place
from ..facts.records import Op
from ..facts.training import upstream
from ..finding import Finding

__all__ = ["find"]

_COMPARING = (
    "mean_squared_error",
    "squared_error",
    "mean_absolute_error",
    "absolute_error",
    "huber_loss",
    "sub",
)
_SHAPING = ("reshape", "expand_dims", "squeeze", "cast", "broadcast_to", "broadcast")
_ON_PURPOSE = r"residual[\s_-]*grad|bellman[\s_-]*residual"
_PASSES = 3


def find(history: History) -> Iterator[Finding]:
    """`r + gamma * V(s2)` against `V(s)`, both in the graph, with `r` handed over and `gamma` below 1.

    The update then moves the target towards the prediction, too. The residual gradient does so on purpose, and says so.
    """
    if history.script.mentions(_ON_PURPOSE):
        return
    targets = {
        op: target
        for op in history.training_ops()
        if op.label in _COMPARING and len(op.x) == 2 and (target := _bootstrapped(history, op)) is not None
    }
    for found in ops_by_place(history, targets):
        if len(found) < _PASSES:
            continue
        op, target = found[0], targets[found[0]]
        layers = [parameter.layer for parameter in _layers(history, target) if parameter.layer]
        yield Finding(
            f"the target of {op.label} is in the graph: its gradient goes into {layers[0] if layers else 'the model'}"
            " by way of the target, too, and pulls the target towards the prediction",
            f"{op.scope}/{op.label}" if op.scope else op.label,
            seq=op.seq,
            site=_value_of(target).site,
            evidence={"target": history.address(target.seq), "passes": len(found)},
            subjects=frozenset({op.label}),
        )
        return


def _bootstrapped(history: History, op: Op) -> Op | None:
    """The input of a comparison that adds what was handed over to a part of what its other input's layers gave."""
    for place, source in enumerate(op.sources):
        other = op.sources[1 - place]
        while source is not None and source.label in _SHAPING:
            source = source.sources[0]
        if source is None or other is None or source.label != "add" or not source.fed or not source.steps:
            continue
        value = next((part for part in source.sources if part is not None), None)
        if value is not None and _is_discounted(history, value) and _shared(history, value, other):
            return source
    return None


def _value_of(target: Op) -> Op:
    """The op that gave the bootstrapped value itself, before it was discounted and added to what was handed over."""
    value = next((source for source in target.sources if source is not None), target)
    return next((source for source in value.sources if source is not None), value)


def _is_discounted(history: History, op: Op) -> bool:
    """Whether it is a part, by a number or by numbers that were handed over, of something."""
    if op.label != "mul":
        return False
    constant = op.attrs.get("c")
    if isinstance(constant, int | float):
        return 0 < constant < 1
    sizes = [history.values.largest(op.x[place][1]) for place in op.fed]
    return any(size is not None and size <= 1 for size in sizes)


def _shared(history: History, op: Op, other: Op) -> bool:
    numbers = {parameter.number for parameter in _layers(history, op)}
    return bool(numbers) and numbers <= {parameter.number for parameter in _layers(history, other)}


def _layers(history: History, op: Op) -> list:
    return [parameter for earlier in upstream([op]) for parameter in history.parameters_of(earlier)]
