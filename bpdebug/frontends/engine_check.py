"""Checks every backward step of a running script against finite differences, its own functions among them.

Stands beside the recorder as one more observer of the engine. What is checked is a copy of each op, computed on float64
copies of its inputs, while nobody watches: the script's own arrays, its graph and its random numbers stay as they are.
"""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from ..gradcheck import Graph, GraphStep, ParameterCheck, StepCheck, check_parameters, check_vjp
from .op_copies import OpCopies, cast, host

__all__ = ["LiveChecker"]

Array = np.ndarray
_MOST_OF_A_KIND = 2
"""How often an op with the same inputs' shapes is checked at one line of one link in a walk."""


@dataclass(slots=True)
class _Call:
    """A forward op as it was computed."""

    node: Any
    x_arrays: list[Array]
    x: tuple[Any, ...]
    y: tuple[Any, ...]
    train: bool


class LiveChecker:
    """An observer of the engine.

    Args:
        engine: the engine package.
        seq: gives the number of the latest recorded event.
        write: takes each result.
        walks: after so many backward walks it calls `finished`.
    """

    def __init__(
        self,
        engine: ModuleType,
        seq: Callable[[], int],
        write: Callable[[StepCheck | ParameterCheck], None],
        walks: int,
        finished: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._copies = OpCopies(engine)
        self._seq, self._write = seq, write
        self._walks, self._finished = walks, finished
        self._done = 0
        self._calls: dict[int, _Call] = {}
        self._given: dict[int, list[Any]] = {}
        """By the identity of its node, what code of the script was given that runs now: it may write into that."""
        self._seen: dict[tuple[Any, ...], int] = {}
        self._walk: _Walk | None = None
        events = engine.events
        self._methods: dict[type, Callable[[Any], None]] = {
            events.ForeignForward: lambda event: self._foreign(event.node, event.x_arrays),
            events.ForwardFinished: self._forward,
            events.BackwardStarted: self._backward_started,
            events.ForeignBackward: lambda event: self._foreign(event.node, event.gy),
            events.BackwardStepped: self._backward,
            events.GradAccumulated: self._accumulated,
            events.BackwardFinished: self._backward_finished,
        }

    @property
    def walks(self) -> int:
        """How many walks were checked."""
        return self._done

    def __call__(self, event: Any) -> None:
        method = self._methods.get(type(event))
        if method is not None:
            method(event)

    # ---- events -----------------------------------------------------------------------------------------------

    def _foreign(self, node: Any, arrays: Sequence[Any]) -> None:
        self._given[id(node)] = [None if array is None else host(array) for array in arrays]

    def _forward(self, event: Any) -> None:
        given = self._given.pop(id(event.node), None) if event.node.foreign else None
        if event.in_graph:  # also in a walk that is in the graph itself (enable_double_backprop)
            arrays = [host(array) for array in event.x_arrays] if given is None else given
            train = bool(self._engine.config.train)
            self._calls[id(event.node)] = _Call(
                event.node, arrays, event.x, tuple(y.node for y in event.y), train
            )

    def _backward_started(self, event: Any) -> None:
        if event.call == "backward" and self._walk is None:
            seeds = [None if seed is None else host(seed) for seed in event.seeds]
            roots = list(zip(event.roots, event.root_arrays, seeds, strict=True))
            self._walk = _Walk(self._seq(), roots, event.double)

    def _backward(self, event: Any) -> None:
        given = self._given.pop(id(event.node), None) if event.node.foreign else None
        call = self._calls.get(id(event.node))
        if self._walk is None:
            return
        if call is None:
            self._walk.whole = False
            return
        self._walk.calls.append(call)
        key = type(event.node.as_creator()), *(array.shape for array in call.x_arrays)
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] > _MOST_OF_A_KIND:
            return
        gys = [None if gy is None else host(gy) for gy in event.gy] if given is None else given
        wanted = [i for i, gx in enumerate(event.gx) if gx is not None]
        with self._copies.unseen(call.train):
            self._write(self._step_check(call, gys, wanted))

    def _accumulated(self, event: Any) -> None:
        parameter = event.variable.get_variable_or_none()
        if (
            self._walk is None
            or not isinstance(parameter, self._engine.Parameter)
            or event.contribution is None
        ):
            return
        known = self._walk.gradients.get(event.variable)
        added = host(event.contribution)
        self._walk.gradients[event.variable] = added if known is None else known + added

    def _backward_finished(self, event: Any) -> None:
        walk, self._walk = self._walk, None
        if walk is None:
            return
        if not event.failed:
            with self._copies.unseen(True):
                for check in self._parameter_checks(walk):
                    self._write(check)
        if not walk.double:  # of one that is in the graph, another walk can follow through all of it
            self._calls.clear()
        self._seen.clear()
        self._done += 1
        if self._done >= self._walks:
            self._finished()

    # ---- checks -----------------------------------------------------------------------------------------------

    def _step_check(self, call: _Call, gys: list[Array | None], wanted: list[int]) -> StepCheck:
        node = call.node
        cls = type(node.as_creator())
        op = node.op_name or cls.__name__
        roles = [node.x_roles[i] if i < len(node.x_roles) else f"x[{i}]" for i in range(len(call.x_arrays))]
        if len(node.x_roles) == 0 and len(roles) == 1:
            roles = ["x"]
        defined = self._defined(cls)
        try:
            inputs = self._checked(call, gys, wanted, roles, np.float64)
        except Exception as first:  # a rule may insist on the dtype that it is made for
            try:
                inputs = self._checked(call, gys, wanted, roles, None)
            except Exception:
                note = f"it can't be computed again by itself: {type(first).__name__}: {first}"
                return StepCheck(self._seq(), op, cls.__name__, [], note.partition("\n")[0], defined)
        return StepCheck(self._seq(), op, cls.__name__, inputs, "", defined)

    def _checked(
        self, call: _Call, gys: list[Array | None], wanted: list[int], roles: list[str], dtype: Any
    ) -> list[Any]:
        xs = [cast(x, dtype) for x in call.x_arrays]
        arriving = [None if gy is None else cast(gy, dtype) for gy in gys]
        node, ys = self._copies.applied(call.node, xs)  # the graph holds outputs weakly: `ys` keeps them
        own = tuple(None if gy is None else gy.copy() for gy in arriving)  # it may write into that
        found = node.input_gradients(tuple(wanted), own, None, False)
        gxs: list[Array | None] = [None] * len(xs)
        for i, gx in zip(wanted, found, strict=True):
            gxs[i] = None if gx is None else np.asarray(gx)
        del ys
        symmetric = getattr(call.node, "symmetric_x", ())
        return check_vjp(
            lambda moved: self._copies.outputs(call.node, moved),
            xs,
            arriving,
            gxs,
            roles,
            symmetric=symmetric,
        )

    def _parameter_checks(self, walk: _Walk) -> list[ParameterCheck]:
        if not walk.gradients:
            return []
        # The recorder, which has seen the event first, has named them.
        names = {variable: variable.watch_id.name for variable in walk.gradients}
        if not walk.whole:
            note = "the walk came to ops that were computed before an earlier walk"
            return [ParameterCheck(walk.seq, name, "skipped", note=note) for name in names.values()]
        try:
            return check_parameters(self._graph(walk), self._parameters(walk, names), walk.seq)
        except Exception as error:
            note = f"the graph can't be computed again: {type(error).__name__}: {error}".partition("\n")[0]
            return [ParameterCheck(walk.seq, name, "skipped", note=note) for name in names.values()]

    def _graph(self, walk: _Walk) -> Graph:
        steps = []
        for call in sorted(walk.calls, key=lambda call: call.node.rank):

            def run(xs: Sequence[Array], call: _Call = call) -> Sequence[Array]:
                with self._engine.using_config("train", call.train):
                    return self._copies.outputs(call.node, [cast(x, np.float64) for x in xs])

            steps.append(GraphStep(run, call.x, [cast(x, np.float64) for x in call.x_arrays], call.y))
        roots: list[tuple[Hashable, Array]] = []
        value = 0.0
        for root, array, seed in walk.roots:
            given = np.ones(array.shape) if seed is None else cast(seed, np.float64)
            roots.append((root, given))
            value += float(np.sum(host(array) * given))
        sizes = [gradient.dtype.itemsize for gradient in walk.gradients.values()]
        return Graph(steps, roots, value, min(sizes))

    def _parameters(self, walk: _Walk, names: dict[Any, str]) -> dict[Hashable, tuple[str, Array, Array]]:
        used = {x: array for call in walk.calls for x, array in zip(call.x, call.x_arrays, strict=True)}
        return {
            variable: (names[variable], used[variable], gradient)
            for variable, gradient in walk.gradients.items()
            if variable in used
        }

    def _defined(self, cls: type) -> str:
        """The line of a script's own backward rule; "" for the engine's."""
        if cls.__module__.partition(".")[0] in (self._engine.__name__, "engine", "chainer"):
            return ""
        for name in ("backward", "backward_cpu", "backward_accumulate", "vjp"):
            rule = cls.__dict__.get(name)
            if rule is not None:
                with contextlib.suppress(OSError, TypeError):
                    return f"{inspect.getsourcefile(rule)}:{inspect.getsourcelines(rule)[1]}"
        return ""


class _Walk:
    """One backward walk: where it began, which ops it came to, what it gave the parameters.

    Attributes:
        double: whether the walk itself is in the graph.
        whole: whether all ops that it came to are known.
    """

    def __init__(self, seq: int, roots: list[tuple[Any, Any, Array | None]], double: bool) -> None:
        self.seq, self.roots, self.double = seq, roots, double
        self.whole = True
        self.calls: list[_Call] = []
        self.gradients: dict[Any, Array] = {}
