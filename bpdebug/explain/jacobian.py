"""Terms from the op's Jacobian, for ops without a rule: the op is computed again in float64.

A gradient is linear in what arrives: gx[i] = Σ gy[j] ∂y[j]/∂x[i], exactly. An output isn't: y[j] is Σ ∂y[j]/∂x[i] x[i]
and a rest, which is 0 for linear ops and says how much is not linear in others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .explanation import Column, Sum, element_name
from .recorded_op import RecordedOp

__all__ = ["gradient_sums", "named_places", "output_sums"]

Element = tuple[int, ...]


def gradient_sums(op: RecordedOp, i: int, element: Element, local: Any = None) -> list[Sum]:
    """The terms of the gradient of input `i` at `element`.

    Args:
        local: names the factor ∂y/∂x: called with the op, the output, its element, and `i` and `element`.

    Raises:
        CannotRerun, NotCaptured: the op can't be computed again.
    """
    sums = []
    for k, column in enumerate(op.again.column(i, element)):
        gy = op.gy(k)
        if gy is None or column is None:
            continue
        flat = np.flatnonzero(column)
        places = named_places(f"g{op.y_roles[k]}", gy.shape, flat)
        sums.append(
            Sum(
                (
                    Column(places, gy.ravel()[flat]),
                    Column(_derivative(op, k, flat, gy.shape, i, element, local), column.ravel()[flat]),
                ),
                f"Σ g{op.y_roles[k]} ∂{op.y_roles[k]}/∂{element_name(op.x_roles[i], element)}",
            )
        )
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
    for i, row in enumerate(again.vjp(seeds)):
        if row is None:
            continue
        x = op.x(i)
        flat = np.flatnonzero(row)
        inputs = named_places(op.x_roles[i], x.shape, flat)
        linear = Sum(
            (
                Column(lambda n, inputs=inputs: f"∂{name}/∂{inputs(n)}", row.ravel()[flat]),  # type: ignore[misc]
                Column(inputs, x.ravel()[flat]),
            ),
            f"Σ ∂{name}/∂{op.x_roles[i]} {op.x_roles[i]}",
        )
        total += float(np.nansum(linear.values()))
        sums.append(linear)
    rest = value - total
    if not sums or abs(rest) > 1e-12 * max(abs(value), abs(total)):
        what = "what is not linear in the inputs" if sums else f"{op.label} of its inputs"
        sums.append(Sum((Column(lambda n: what, rest),), "rest" if sums else op.label))
    return sums


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
