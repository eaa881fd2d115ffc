"""The backward walk: in which order nodes give their gradients, and where gradients add up.

Function nodes are taken by falling rank, from a heap, so that a node is asked once, when all gradients of its
outputs have arrived; there is no recursion and no second pass. One walk serves both worlds: on arrays, and (with
`enable_double_backprop`) on variables, whose arithmetic records the walk itself.

Leaves get their `.grad` as the walk passes. A gradient that arrives where one is already held is added to it out of
place, because the script may hold the old array.
"""

from __future__ import annotations

import contextlib
import copy
import heapq
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy

from . import backend, events, failures, function_hook
from .backend import timer_makers
from .configuration import config, using_config
from .events import observers
from .graph import nodes_between, reachable
from .utils.arguments import force_array

__all__ = ["Walk", "twin", "walking"]

_generic = numpy.generic
_ndarray = numpy.ndarray
_clock = time.perf_counter_ns


class Walking(threading.local):
    """What backward walks do in the calling thread."""

    node: Any = None
    """The function node on whose behalf a walk calls ops, if one does."""


walking = Walking()


class Walk:
    """One backward walk.

    Args:
        targets: for `grad()`: the variable nodes whose gradients are asked for; the walk then goes only where
            they are reached, and assigns no `.grad`. None for `backward()`: all leaves get theirs.
    """

    def __init__(
        self, retain_grad: bool, double: bool, loss_scale: float | None, targets: set[Any] | None
    ) -> None:
        self.retain_grad = retain_grad
        self.double = double
        self.loss_scale = loss_scale
        self.targets = targets
        self.debug = config.debug
        self.grads: dict[Any, Any] = {}
        self._summed_here: set[Any] = set()  # variables whose gradient is an array that only this walk knows
        self._given: set[int] = set()  # ids of the arrays that are leaves' gradients by this walk
        self._wholes: dict[Any, Any] = {}  # sums that a node's own `backward_accumulate` has made already

    def run(self, roots: Sequence[tuple[Any, Any]], call: str) -> dict[Any, Any]:
        """Walk from `roots`, pairs of variable node and gradient; returns the targets' gradients."""
        for node, seed in roots:
            held = self.grads.get(node)
            self.grads[node] = seed if held is None else force_array(held + seed)
        self.route = None if self.targets is None else nodes_between([n for n, _ in roots], self.targets)
        observed = bool(observers)
        if observed:
            self._emit_start(roots, call)
        done = False
        before = walking.node
        try:
            with using_config("enable_backprop", True) if self.double else contextlib.nullcontext():
                found = self._visit([node.creator_node for node, _ in roots])
            done = True
        finally:
            walking.node = before
            if observed:
                events.tell.BackwardFinished(not done)
        return found

    def _emit_start(self, roots: Sequence[tuple[Any, Any]], call: str) -> None:
        variables = [node.get_variable_or_none() for node, _ in roots]
        events.tell.BackwardStarted(
            tuple(node for node, _ in roots),
            tuple(None if v is None else v._data for v in variables),
            tuple(_array(seed) for _, seed in roots),
            self._count_reachable([node.creator_node for node, _ in roots]),
            self.double,
            call,
        )

    def _count_reachable(self, starts: list[Any]) -> int:
        return len(reachable(starts) if self.route is None else self.route)

    def _visit(self, starts: Iterable[Any]) -> dict[Any, Any]:
        grads, route, targets = self.grads, self.route, self.targets
        found: dict[Any, Any] = {}
        heap: list[tuple[int, int, Any]] = []
        seen: set[Any] = set()
        push, pop = heapq.heappush, heapq.heappop

        def add(function: Any) -> None:
            if function is None or function in seen or function.inputs is None:
                return
            if route is None or function in route:
                seen.add(function)
                push(heap, (-function.rank, len(seen), function))

        for function in starts:
            add(function)
        while heap:
            function = pop(heap)[2]
            if self.double:
                walking.node = function  # the sums at forks are ops, too, and are called for its sake
            ys = [reference() for reference in function.outputs]
            gys = tuple([None if y is None else grads.pop(y, None) for y in ys])
            if targets is not None:
                for y, gy in zip(ys, gys, strict=True):
                    if y in targets:
                        found[y] = gy
            if self.retain_grad:
                self._retain(ys, gys)
            inputs = function.inputs
            if route is None:
                wanted = tuple([i for i, x in enumerate(inputs) if x.requires_grad])
            else:
                wanted = tuple([i for i, x in enumerate(inputs) if x in targets or x.creator_node in route])  # type: ignore[operator]
            if not wanted or all(gy is None for gy in gys):
                continue
            for x, gx in self._step(function, ys, gys, wanted):
                creator = x.creator_node
                if creator is not None:
                    add(creator)
                    held = grads.get(x)
                    grads[x] = gx if held is None else self._sum(x, held, gx, function)
                elif targets is None:
                    self._write_leaf(x, gx, function, gys)
                elif x in targets:
                    held = grads.get(x)
                    grads[x] = gx if held is None else self._sum(x, held, gx, function)
        if self.retain_grad:
            self._retain_where_it_ended()
        if targets is not None:
            for x in targets:
                if x in grads:
                    found[x] = grads[x]
        return found

    def _step(
        self, function: Any, ys: list[Any], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> list[tuple[Any, Any]]:
        """One node's vector-Jacobian product, as pairs of input variable node and its gradient."""
        inputs = function.inputs
        started = 0
        if observers:
            if function.foreign or function_hook.installed:
                gy_arrays = tuple(map(_array, gys))
                if function.foreign:
                    events.tell.ForeignBackward(function, gy_arrays)
                for array in (*[x.kept for x in inputs], *function._kept_y, *gy_arrays):
                    events.hand_out(array)
            timer = backend.start_timer(map(_array, gys)) if timer_makers else None
            started = _clock()
        try:
            held = self._held(function, wanted) if function.accumulates else None
            if function_hook.installed:
                gy_arrays = tuple([_array(gy) for gy in gys])
                with function_hook.around_backward(function, gy_arrays):
                    gxs = function.input_gradients(wanted, gys, held, self.double)
            else:
                gxs = function.input_gradients(wanted, gys, held, self.double)
            if self.debug:
                failures.check_finite_gradients(function, [_array(gx) for gx in gxs])
        except Exception as error:
            failures.explain(error, function, tuple(_array(gy) for gy in gys if gy is not None), "backward")
            raise
        if held is not None:
            gxs = self._contributions(function, wanted, gxs, held)
        if started:
            duration = _clock() - started
            if timer is not None:
                timer.stop()
            by_input = gxs
            if len(wanted) != len(inputs):
                by_input = [None] * len(inputs)
                for i, gx in zip(wanted, gxs, strict=True):
                    by_input[i] = gx
            events.tell.BackwardStepped(function, inputs, ys, gys, by_input, duration, timer)
        pairs = []
        for i, gx in zip(wanted, gxs, strict=True):
            if gx is not None:
                if isinstance(gx, _generic):
                    gx = numpy.asarray(gx)
                pairs.append((inputs[i], gx))
        return pairs

    def _held(self, function: Any, wanted: tuple[int, ...]) -> tuple[Any, ...]:
        """The gradients that the wanted inputs hold already; for an input that comes twice, only once."""
        held = []
        asked: set[Any] = set()
        for i in wanted:
            x = function.inputs[i]
            gradient = None
            if x not in asked:
                asked.add(x)
                gradient = self.grads.get(x)
                if gradient is None and x.creator_node is None and self.targets is None:
                    gradient = x.grad_var if self.double else x.grad
            held.append(gradient)
        return tuple(held)

    def _contributions(
        self, function: Any, wanted: tuple[int, ...], sums: list[Any], held: tuple[Any, ...]
    ) -> list[Any]:
        """What a node that adds by itself has added; its sums are kept as they are (inf - inf would be NaN)."""
        gxs = []
        for i, whole, before in zip(wanted, sums, held, strict=True):
            if whole is not None and before is not None:
                self._wholes[function.inputs[i]] = whole
                if observers:
                    with numpy.errstate(all="ignore"):  # inf - inf is nobody's fault: only an observer asked
                        gxs.append(whole - before)
                else:
                    gxs.append(whole)
            else:
                gxs.append(whole)
        return gxs

    def _added(self, x: Any, held: Any, gx: Any) -> Any:
        if x in self._wholes:
            self._summed_here.discard(x)
            after = self._wholes.pop(x)
        else:
            if not self.double:
                self._summed_here.add(x)
            after = held + gx
        return numpy.asarray(after) if isinstance(after, _generic) else after

    def _retain(self, ys: list[Any], gys: tuple[Any, ...]) -> None:
        for y, gy in zip(ys, gys, strict=True):
            variable = None if y is None else y.get_variable_or_none()
            if variable is not None:
                variable._set_gradient(_array(gy), gy if self.double else None)

    def _retain_where_it_ended(self) -> None:
        """The gradients of variables whose functions the walk didn't visit: of targets, and of roots without any."""
        at_ends = [(x, gx) for x, gx in self.grads.items() if x.creator_node is not None]
        self._retain([x for x, _ in at_ends], tuple([gx for _, gx in at_ends]))

    def _sum(self, x: Any, held: Any, gx: Any, function: Any) -> Any:
        """Two gradients that meet at a fork; a third is added in place."""
        if x in self._summed_here and not observers and not self._wholes:
            held += gx
            return held
        after = self._added(x, held, gx)
        if observers:
            events.tell.GradAccumulated(x, _array(held), _array(gx), _array(after), function)
        return after

    def _write_leaf(self, x: Any, gx: Any, function: Any, gys: tuple[Any, ...]) -> None:
        variable = x.get_variable_or_none()
        if variable is None:
            return
        if x in self._summed_here and not observers and not self._wholes and _has_its_own_gradient(variable):
            variable._grad += gx
            return
        held = variable.grad_var if self.double else variable._grad
        if held is None:
            after = self._own(gx, function, gys)
        else:
            after = self._added(x, held, gx)
            self._given.discard(id(_array(held)))  # which may be gone, and its id another array's
        array = _array(after)
        variable._set_gradient(array, after if self.double else None)
        if self.loss_scale is not None:
            variable._loss_scale = self.loss_scale
        if observers:
            events.tell.GradAccumulated(x, _array(held), _array(gx), array, function)

    def _own(self, gx: Any, function: Any, gys: tuple[Any, ...]) -> Any:
        """`gx`, copied if it may share memory with another array: hooks and scripts write into `.grad`."""
        array = _array(gx)
        shared = array.base is not None or id(array) in self._given
        for x in function.inputs:
            shared = shared or array is x.kept
        for gy in gys:
            shared = shared or array is _array(gy)
        if shared:
            array = array.copy()
            gx = twin(gx, array) if self.double else array
        self._given.add(id(array))
        return gx


def _references_of_one() -> int:
    """What counting references says of an object that one attribute of one other object refers to."""
    holder = SimpleNamespace(held=object())
    return sys.getrefcount(holder.held)


_ONE = _references_of_one()


def _has_its_own_gradient(variable: Any) -> bool:
    """Whether the variable has a gradient array that nobody else has: a hook may have kept it, or put a view there."""
    return (
        variable._grad is not None and variable._grad.base is None and sys.getrefcount(variable._grad) == _ONE
    )


def twin(variable: Any, copied: Any) -> Any:
    """A variable at the place of `variable` in the graph, with a copy of its array."""
    twin = copy.copy(variable)
    twin._data = copied
    twin._node = variable._node
    return twin


def _array(gradient: Any) -> Any:
    """The array of a gradient, which is an array, a variable or None."""
    if gradient is None or type(gradient) is _ndarray or backend.is_array(gradient):
        return gradient
    return numpy.asarray(gradient) if isinstance(gradient, _generic) else gradient.array
