"""The gradient of the whole graph: a loss computed again with a parameter moved, against the parameter's gradient.

What the single steps can't show: a graph that was cut, a gradient that was not added up, or added twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .differences import DIRECTIONS, SEED, number
from .results import ParameterCheck

__all__ = ["Graph", "GraphStep", "check_parameters"]

Array = np.ndarray

_STEP = 1e-6
_TOLERANCE = {8: 1e-5, 4: 2e-3, 2: 5e-2}
"""Of a directional derivative, relative, by the bytes of a number of the run: its gradients were rounded."""
_ROUNDING = {8: 1e-13, 4: 1e-5, 2: 1e-2}
_SAME = {8: 1e-9, 4: 1e-3, 2: 5e-2}
"""How well the loss computed again must agree with that of the run, relative, likewise."""


@dataclass(frozen=True, slots=True)
class GraphStep:
    """One op: computes its outputs from its inputs; `x` and `y` name its variables, `x_arrays` are what it got."""

    run: Callable[[Sequence[Array]], Sequence[Array]]
    x: Sequence[Hashable]
    x_arrays: Sequence[Array]
    y: Sequence[Hashable]


@dataclass(slots=True)
class Graph:
    """The ops between some variables and the roots of a walk.

    Attributes:
        steps: in the order in which they were computed.
        roots: the variables that the walk began at, with the gradients that it began with.
        value: the sum of roots times seeds in the run.
        item_size: bytes of a number of the run.
    """

    steps: list[GraphStep]
    roots: list[tuple[Hashable, Array]]
    value: float
    item_size: int = 4
    changes: dict[Hashable, Array] = field(default_factory=dict)

    def compute(self, changed: Mapping[Hashable, Array]) -> float:
        """The sum of roots times seeds, with some variables changed, in float64."""
        known: dict[Hashable, Array] = dict(changed)
        for step in self.steps:
            xs = [known.get(x, array) for x, array in zip(step.x, step.x_arrays, strict=True)]
            for y, array in zip(step.y, step.run(xs), strict=True):
                known[y] = array
        with np.errstate(all="ignore"):
            return float(sum(np.sum(known[root] * seed) for root, seed in self.roots if root in known))


def check_parameters(
    graph: Graph,
    parameters: Mapping[Hashable, tuple[str, Array, Array]],
    seq: int,
    directions: int = DIRECTIONS,
) -> list[ParameterCheck]:
    """Check each parameter's gradient along random directions.

    Args:
        parameters: by variable: name, value and gradient.
        seq: the event at which the walk began.
    """
    here = graph.compute({})
    scale = max(abs(here), abs(graph.value), 1e-30)
    if not math.isfinite(here) or abs(here - graph.value) > _SAME[graph.item_size] * scale:
        note = (
            f"the loss computed again is {here:.6g}, in the run it was {graph.value:.6g}:"
            " it depends on something that the log doesn't have"
        )
        return [ParameterCheck(seq, name, "skipped", note=note) for name, _, _ in parameters.values()]
    # A gradient whose terms cancel (a bias before a normalization) is rounding, of terms as big as other gradients.
    largest = max((float(np.linalg.norm(gradient)) for _, _, gradient in parameters.values()), default=0.0)
    floor = _ROUNDING[graph.item_size] * largest
    return [
        _check(graph, variable, parameter, here, floor, seq, directions)
        for variable, parameter in parameters.items()
    ]


def _check(
    graph: Graph,
    variable: Hashable,
    parameter: tuple[str, Array, Array],
    here: float,
    floor: float,
    seq: int,
    directions: int,
) -> ParameterCheck:
    name, value, gradient = parameter
    rng = np.random.default_rng(SEED)
    x, gx = value.astype(np.float64), gradient.astype(np.float64)
    norm = float(np.linalg.norm(gx.ravel()))
    for _ in range(directions):
        direction = rng.normal(size=x.shape)
        # Of numbers without axes NumPy makes scalars, which no op takes.
        ahead = graph.compute({variable: np.asarray(x + _STEP * direction)})
        behind = graph.compute({variable: np.asarray(x - _STEP * direction)})
        expected, found = (ahead - behind) / (2 * _STEP), float(np.sum(gx * direction))
        if not (math.isfinite(expected) and math.isfinite(found)):
            return ParameterCheck(seq, name, "skipped", note="loss or gradient is not finite")
        tolerance = _TOLERANCE[graph.item_size] * max(norm, abs(expected))
        tolerance += floor + 30 * 1e-15 * abs(here) / _STEP
        if abs(expected - found) <= tolerance:
            continue
        sides = (ahead - here) / _STEP, (here - behind) / _STEP
        if max(sides) - min(sides) > 10 * tolerance:
            return ParameterCheck(seq, name, "kink", note="the loss has a kink near these weights")
        off = abs(expected - found) / max(abs(expected), abs(found))
        return ParameterCheck(
            seq, name, "wrong", number(expected), number(found), number(off), "along a random direction"
        )
    return ParameterCheck(seq, name, "right")
