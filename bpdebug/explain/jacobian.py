"""Terms from the op's Jacobian, for ops without a rule: the op is computed again in float64.

A gradient is linear in what arrives: gx[i] = Σ gy[j] ∂y[j]/∂x[i], exactly. An output isn't: y[j] is Σ ∂y[j]/∂x[i] x[i]
and a rest, which is 0 for linear ops and says how much is not linear in others.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .explanation import Column, Sum, element_name
from .recorded_op import RecordedOp

__all__ = ["gradient_sums", "named_places", "output_sums"]

Element = tuple[int, ...]

_CONSTANT = "a constant: no element of the inputs changes it here"


def gradient_sums(op: RecordedOp, i: int, element: Element, local: Any = None) -> list[Sum]:
    """The terms of the gradient of input `i` at `element`.

    Args:
        local: names the factor ∂y/∂x: called with the op, the output, its element, and `i` and `element`.

    Raises:
        CannotRerun, NotCaptured: the op can't be computed again.
    """
    sums = []
    recorded = op.recorded(f"g{op.x_roles[i]}")
    finite = recorded is not None and bool(np.isfinite(recorded[element]))
    for k, column in enumerate(op.again.column(i, element)):
        gy = op.gy(k)
        if gy is None or column is None:
            continue
        if finite:
            column = _without_nan(column)
        flat = np.flatnonzero(column)
        if not len(flat):
            continue
        role = f"g{op.y_roles[k]}"
        arrived = Column(named_places(role, gy.shape, flat), gy.ravel()[flat])
        form = f"Σ {role} ∂{op.y_roles[k]}/∂{element_name(op.x_roles[i], element)}"
        named = _derivative(op, k, flat, gy.shape, i, element, local)
        sums.append(_weighted(arrived, column.ravel()[flat], named, role, form))
    return sums


def output_sums(op: RecordedOp, k: int, element: Element) -> list[Sum]:
    """The terms of output `k` at `element`: the linear part, and the rest."""
    again = op.again
    y = again.y[k]
    value = float(y[element])
    if y.dtype.kind != "f":
        return [Sum((Column(lambda n: f"{op.label} of its inputs", value),), f"{op.label}")]
    seeds: list[np.ndarray | None] = [
        None if other.dtype.kind != "f" else np.zeros_like(other) for other in again.y
    ]
    seed = np.zeros_like(y)
    seed[element] = 1.0
    seeds[k] = seed
    sums: list[Sum] = []
    total = 0.0
    name = element_name(op.y_roles[k], element)
    rows = again.vjp(seeds)
    for i, row in enumerate(rows):
        if row is not None and math.isfinite(value):
            row = _without_nan(row)
        flat = np.empty(0, int) if row is None else np.flatnonzero(row)
        if row is None or not len(flat):
            continue
        x = op.x(i)
        inputs = named_places(op.x_roles[i], x.shape, flat)
        linear = _weighted(
            Column(inputs, x.ravel()[flat]),
            row.ravel()[flat],
            lambda n, inputs=inputs: f"∂{name}/∂{inputs(n)}",  # type: ignore[misc]
            op.x_roles[i],
            f"Σ ∂{name}/∂{op.x_roles[i]} {op.x_roles[i]}",
            first=True,
        )
        total += float(linear.values().sum())
        sums.append(linear)
    rest = value - total
    linear_alone = total == value or math.isnan(total)
    if math.isfinite(rest):
        linear_alone = abs(rest) <= 1e-12 * max(abs(value), abs(total))
    if not sums or not linear_alone:
        what = "what is not linear in the inputs" if sums else _CONSTANT
        if all(row is None for row in rows):
            what = f"{op.label} of its inputs"
        sums.append(Sum((Column(lambda n: what, rest),), "rest" if sums else what))
    return sums


def _without_nan(derivatives: np.ndarray) -> np.ndarray:
    """Of a finite element: a NaN is the derivative of another element, times 0."""
    return np.where(np.isnan(derivatives), 0.0, derivatives)


def _weighted(
    what: Column, weights: np.ndarray, named: Callable[[int], str], role: str, form: str, first: bool = False
) -> Sum:
    """`what` times its weights. Weights that are all 1, -1 or 1/n stand for themselves, without a name.

    Args:
        named: names the weights.
        role, form: the tensor of `what`, and the sum in one line for weights with names.
        first: whether the weights stand before `what`.
    """
    count = len(weights)
    all_of = what.name(0) if count == 1 else f"Σ {role} over {count} elements"
    weight = float(weights[0])
    if (weights != weight).any():
        weight = 0.0
    if weight == 1:
        return Sum((what,), all_of)
    if weight == -1:
        return Sum((Column(lambda n: "-1", -1.0), what), f"−{all_of}")
    share = round(1 / weight) if weight else 0
    if share > 1 and math.isclose(weight * share, 1, rel_tol=1e-12):
        return Sum((Column(lambda n: f"1/{share}", weights), what), f"1/{share} {all_of}")
    factors = Column(named, weights), what
    return Sum(factors if first else factors[::-1], form)


def named_places(role: str, shape: tuple[int, ...], flat: np.ndarray) -> Callable[[int], str]:
    """Names `role[i,j]` for the n-th of the places `flat` of an array of that shape."""

    def name(n: int) -> str:
        return element_name(role, [int(i) for i in np.unravel_index(int(flat[n]), shape)] if shape else ())

    return name


def _derivative(
    op: RecordedOp, k: int, flat: np.ndarray, shape: tuple[int, ...], i: int, element: Element, local: Any
) -> Callable[[int], str]:
    target = element_name(op.x_roles[i], element)

    def name(n: int) -> str:
        place = tuple(int(part) for part in np.unravel_index(int(flat[n]), shape)) if shape else ()
        said = local(op, k, place, i, element) if local is not None else ""
        return said or f"∂{element_name(op.y_roles[k], place)}/∂{target}"

    return name
