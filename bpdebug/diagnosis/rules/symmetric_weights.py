"""All units of a layer have the same weights: they compute the same, get the same gradient, and stay the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..facts.history import History
from ..facts.records import Moved, Op, Parameter
from ..facts.training import downstream, weighted
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 3
_SAME = 1e-6


def find(history: History) -> Iterator[Finding]:
    """A weight matrix whose units are equal at the start and still equal after several updates.

    The last layer may begin at zero: its rows get different gradients. Only layers with another layer behind count.
    """
    layers = []
    for parameter in history.parameters.values():
        uses = [op for op in parameter.used_by if op.steps and _multiplies(history, op)]
        moved = [event for event in parameter.moved if event.after is not None]
        if not uses or len(moved) < _UPDATES or len(history.values.shape(parameter.first)) < 2:
            continue
        if not any(_multiplies(history, later) for later in downstream(uses[:1]) if later is not uses[0]):
            continue
        across = _units_across(parameter, uses[0])
        if _same_units(history, moved[0].before, across) and (
            not _is_zero(history, moved[0].before) or _same_units(history, _recorded(history, moved), across)
        ):
            layers.append(parameter)
    for parameter in layers:
        yield _finding(history, parameter)


def _finding(history: History, parameter: Parameter) -> Finding:
    array = history.values.array(parameter.moved[0].before)
    across = any(_units_across(parameter, op) for op in parameter.used_by[:1])
    rows = 0 if array is None else array.shape[int(across)]
    value = None if array is None or array.min() != array.max() else float(array.min())
    initial = f"all {value:g}" if value is not None else "equal rows"
    layer = parameter.layer or parameter.name
    line = history.script.weights_set(parameter.made)
    return Finding(
        f"the {rows} units of {layer} begin with the same weights ({initial}) and so stay copies of one unit",
        parameter.name,
        seq=parameter.moved[0].seq,
        site=parameter.made if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        blamed=("initialW",),
        evidence={"units": rows, "initial weights": initial, "updates": len(parameter.moved)},
        subjects=frozenset({parameter.name, layer}),
    )


def _recorded(history: History, moved: list[Moved]) -> int | None:
    return next(
        (event.after for event in reversed(moved) if history.values.array(event.after) is not None), None
    )


def _is_zero(history: History, tensor: int | None) -> bool:
    return history.values.is_zero(tensor)


def _multiplies(history: History, op: Op) -> bool:
    """Whether the op multiplies with a weight: a layer's, or a matrix of the script's own."""
    return weighted(op) or (op.label == "matmul" and bool(history.parameters_of(op)))


def _units_across(parameter: Parameter, op: Op) -> bool:
    """Whether the weight's units are its columns: `x @ W`; those of a layer are its rows."""
    if op.label != "matmul":
        return False
    place = next((place for place, (var, _) in enumerate(op.x) if var == parameter.number), 0)
    turned = bool(op.attrs.get("transb" if place else "transa"))
    return (place == 1) is not turned


def _same_units(history: History, tensor: int | None, across: bool) -> bool:
    array = history.values.array(tensor)
    if array is not None and across and array.ndim == 2:
        array = array.T
    if array is None or array.ndim < 2 or array.shape[0] < 2 or not history.values.finite(tensor):
        return False
    rows = array.reshape(array.shape[0], -1)
    limit = _SAME * max(abs(float(rows.max())), abs(float(rows.min())), 1e-30)
    # Nearly always, two rows are enough to see that they differ.
    return all(float(np.abs(some - rows[0].astype(np.float64)).max()) <= limit for some in (rows[1], rows))
