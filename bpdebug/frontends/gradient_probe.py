"""Checks the backward rules of the script's own functions while it runs, once for each class and shape.

The recorded backward step says `gx = gy^T J`. Along a random direction `v` that must agree with finite differences of
the function's own forward, computed in float64: `<gx, v> = <gy, J v>` (the dot-product test; Griewank and Walther 2008,
section 3.2). What is found goes into the log as a warning of the category `CATEGORY`.

Only for `bpdebug check`: it calls the script's code a few times more than the script does.
"""

from __future__ import annotations

import copy
import weakref
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np

from ..log.wrong_gradient import CATEGORY, WrongGradient
from ..recorder import Recorder

__all__ = ["probe"]

_STEPS = (1e-4, 2.5e-5)
_AGREES = 1e-2
_SMOOTH = 1e-3
_TIMES = 2
_MAX_ELEMENTS = 1 << 16


def probe(engine_package: ModuleType, recorder: Recorder) -> Callable[[], None]:
    """Look at each backward step of functions that aren't the engine's.

    Returns:
        A callable that stops it.
    """
    stop: Callable[[], None] = engine_package.events.observe(_Probe(engine_package, recorder))
    return stop


class _Probe:
    """An observer of the engine's events."""

    def __init__(self, engine: ModuleType, recorder: Recorder) -> None:
        self._step_class = engine.events.BackwardStepped
        self._forward_class = engine.events.ForwardFinished
        self._own_modules = engine.__name__
        self._recorder = recorder
        self._times: dict[type, int] = {}
        self._ours: set[type] = set()
        """Classes of the engine's own functions that were met."""
        self._found: set[type] = set()
        self._inputs: weakref.WeakKeyDictionary[Any, list[np.ndarray]] = weakref.WeakKeyDictionary()
        """Copies of what functions of the script's own were given, for rules that retain none of it."""
        self._busy = False

    def __call__(self, event: Any) -> None:
        kind = type(event)
        if kind is self._forward_class:
            if type(event.node) in self._ours or not event.in_graph or self._busy:
                return
            if self._is_wanted(type(event.node.as_creator())):
                self._inputs[event.node] = [np.array(x) for x in event.x_arrays if _is_checked(x)]
            return
        if (
            kind is not self._step_class
            or type(event.node) in self._ours
            or self._busy
            or self._recorder.disabled
        ):
            return
        function = event.node.as_creator()
        cls = type(function)
        if not self._is_wanted(cls):
            return
        self._times[cls] = self._times.get(cls, 0) + 1
        self._busy = True
        state = np.random.get_state()
        try:
            found = _check(function, event, self._inputs.pop(event.node, []))
        except Exception:  # the script's own code, which may want exactly what it was called with
            found = None
        finally:
            np.random.set_state(state)
            self._busy = False
        if found is not None and cls not in self._found:
            self._found.add(cls)
            self._recorder.warned(CATEGORY, found.to_json(), None)

    def _is_wanted(self, cls: type) -> bool:
        """Whether it is a function of the script's own that is still to be looked at."""
        if cls.__module__.partition(".")[0] == self._own_modules:
            self._ours.add(cls)
            return False
        return self._times.get(cls, 0) < _TIMES


def _is_checked(x: Any) -> bool:
    return type(x) is np.ndarray and x.dtype.kind == "f" and x.size <= _MAX_ELEMENTS


def _check(function: Any, event: Any, xs: list[np.ndarray]) -> WrongGradient | None:
    """The first input whose gradient disagrees with finite differences."""
    if not xs or len(xs) != len(event.x):
        return None
    arrays = [np.asarray(x, np.float64) for x in xs]
    rng = np.random.default_rng(0)
    for place, gx in enumerate(event.gx):
        if gx is None or not np.isfinite(gx).all():
            continue
        direction = rng.standard_normal(arrays[place].shape)
        expected = _along(function, arrays, place, direction, event.gy)
        if expected is None:
            continue
        if _passes_on(function, arrays, place, direction):
            continue  # reversed, scaled or bounded gradients are what such a function is written for
        if expected == 0.0 and _is_stepped(function, arrays, place, direction):
            continue  # a straight-through estimator: its rule is meant to differ from the true slope, which is 0
        found = float((np.asarray(gx, np.float64) * direction).sum())
        size = float(np.linalg.norm(gx)) * float(np.linalg.norm(direction)) / max(1.0, gx.size**0.5)
        if abs(found - expected) > _AGREES * max(abs(found), abs(expected), size):
            return WrongGradient(type(function).__name__, place, found, expected)
    return None


def _along(
    function: Any, xs: list[np.ndarray], place: int, direction: np.ndarray, gys: Sequence[Any]
) -> float | None:
    """`<gy, J v>` by central differences; None where it has no limit (a kink, a random function)."""
    estimates = []
    for step in _STEPS:
        forth, back = list(xs), list(xs)
        forth[place] = xs[place] + step * direction
        back[place] = xs[place] - step * direction
        y_forth, y_back = _forward(function, forth), _forward(function, back)
        total = 0.0
        for gy, a, b in zip(gys, y_forth, y_back, strict=True):
            if gy is not None:
                total += float((np.asarray(gy, np.float64) * (a - b)).sum()) / (2 * step)
        estimates.append(total)
    first, second = estimates
    if not np.isfinite(estimates).all() or abs(first - second) > _SMOOTH * max(
        abs(first), abs(second), 1e-12
    ):
        return None
    return second


def _passes_on(function: Any, xs: list[np.ndarray], place: int, other: np.ndarray) -> bool:
    """Whether the function gives whatever it is given, so that its backward rule is all that there is to it."""
    instead = [*xs[:place], other, *xs[place + 1 :]]
    return any(np.array_equal(y, xs[place]) for y in _forward(function, xs)) and any(
        np.array_equal(y, other) for y in _forward(function, instead)
    )


def _is_stepped(function: Any, xs: list[np.ndarray], place: int, direction: np.ndarray) -> bool:
    """Whether the function is flat here and yet depends on this input, as rounding and the sign do."""
    size = float(np.abs(xs[place]).max()) if xs[place].size else 0.0
    far = list(xs)
    far[place] = xs[place] + 3.0 * (size + 1.0) * direction
    here, there = _forward(function, xs), _forward(function, far)
    return any(not np.array_equal(a, b) for a, b in zip(here, there, strict=True))


def _forward(function: Any, xs: list[np.ndarray]) -> list[np.ndarray]:
    """The function's outputs for other inputs, computed by a copy of it."""
    twin = copy.copy(function)
    if hasattr(twin, "inputs") and hasattr(twin, "outputs") and "inputs" in vars(twin):
        twin.inputs = twin.outputs = None
    if "node" in vars(twin):
        twin.node = copy.copy(twin.node)
    return [np.asarray(y, np.float64) for y in twin.forward(tuple(xs))]
