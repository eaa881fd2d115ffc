"""Checks that a log alone tells the truth: everything in it follows from the rest of it, bit for bit."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from bpdebug.errors import CannotRerun
from bpdebug.frontends.engine_ops import EngineOps
from bpdebug.log.reader import LogReader
from bpdebug.log.records import (
    BackwardBody,
    BackwardStartedBody,
    Event,
    ForwardBody,
    GradAccumulatedBody,
    GradientHookedBody,
    GradsClearedBody,
    ParamUpdatedBody,
)
from bpdebug.log.schema import FIRST_UNNAMED_VARIABLE, Phase
from bpdebug.rerun import ComputedOp
from bpdebug.timeline.names import Names
from bpdebug.timeline.op_call import op_call

__all__ = ["check_log"]


def check_log(reader: LogReader, runner: EngineOps) -> tuple[int, int, set[str]]:
    """Run every recorded op again on its recorded inputs, forward and backward, and add every gradient up again.

    Returns:
        How many forward ops and backward steps came out as recorded, and the classes of ops that can't be run
        again, because the script defines them itself.

    Raises:
        AssertionError: something in the log doesn't follow from the rest.
    """
    names = Names(reader)
    chain = _Chain(reader)
    forwards = backwards = 0
    foreign: set[str] = set()

    @functools.lru_cache(maxsize=64)
    def again(seq: int) -> ComputedOp | None:
        try:
            return runner.run(op_call(names, seq))
        except CannotRerun:
            body = names.body(seq)
            assert isinstance(body, ForwardBody)
            foreign.add(names.op(body.op).cls)
            return None

    for seq in range(len(reader)):
        body = names.body(seq)
        chain.follow(seq, body)
        if isinstance(body, ForwardBody):
            _check_mode(reader, seq, body)
            computed = again(seq)
            if computed is not None:
                forwards += 1
                for slot, y in zip(body.y, computed.y, strict=True):
                    _same(reader, slot.tensor, y, f"{reader.address(seq)}: y")
        elif isinstance(body, BackwardBody):
            assert body.forward is not None
            computed = again(body.forward)
            if computed is not None:
                backwards += 1
                _check_step(reader, seq, body, computed)
    return forwards, backwards, foreign


def _check_mode(reader: LogReader, seq: int, body: ForwardBody) -> None:
    """An op of the script belongs to the forward pass where it trains and makes a graph, else to an evaluation."""
    phase = int(reader.index["phase"][seq])
    if phase == Phase.forward:
        assert body.train, f"{reader.address(seq)}: train"
    elif phase == Phase.evaluation:
        assert not (body.train and body.grad), f"{reader.address(seq)}: train and grad"


class _Chain:
    """What each variable and its gradient hold, as events tell it one after the other: nothing comes from nowhere.

    A gradient that arrives at an op is what the steps before sent to its outputs, added up; an update begins with what
    the parameter, its gradient and the optimizer's state were, unless the event says that it was changed outside.
    """

    def __init__(self, reader: LogReader) -> None:
        self._reader = reader
        self._values: dict[int, int] = {}
        self._gradients: dict[int, int | None] = {}
        self._states: dict[int, dict[str, Any]] = {}
        self._walks: dict[int, dict[int, list[int]]] = {}
        self._steps: dict[int, BackwardBody] = {}

    def follow(self, seq: int, body: Event) -> None:
        """Take in the next event."""
        at, thread = self._reader.address(seq), int(self._reader.index["thread"][seq])
        if isinstance(body, ForwardBody):
            for place, slot in enumerate(body.x):
                self._holds(self._values, slot.var, slot.tensor, place in body.changed, f"{at}: x[{place}]")
            self._values.update((slot.var, slot.tensor) for slot in body.y if slot.tensor is not None)
        elif isinstance(body, BackwardStartedBody):
            self._walks[thread] = {
                root.var: [seed]
                for root, seed in zip(body.roots, body.seeds, strict=True)
                if seed is not None
            }
        elif isinstance(body, BackwardBody):
            self._arrive(body, thread, at)
        elif isinstance(body, GradAccumulatedBody):
            self._add(body, thread, at)
        elif isinstance(body, GradsClearedBody):
            self._gradients.update((var, None) for var in body.vars)
        elif isinstance(body, GradientHookedBody):
            self._holds(self._gradients, body.var, body.before, "before" in body.changed, f"{at}: before")
            self._gradients[body.var] = body.after
        elif isinstance(body, ParamUpdatedBody):
            self._update(body, at)

    def _arrive(self, body: BackwardBody, thread: int, at: str) -> None:
        """The gradients that come in are what was sent to the outputs; those that go out are sent on."""
        walk = self._walks[thread]
        for var, gy in zip(body.y, body.gy, strict=True):
            sent = walk.pop(var, [])
            assert (gy is None) == (not sent), f"{at}: gy"
            if gy is not None:
                summed = functools.reduce(np.add, map(self._reader.array, sent))
                np.testing.assert_allclose(self._reader.array(gy), summed, rtol=1e-5, atol=1e-6, err_msg=at)
        for var, gx in zip(body.x, body.gx, strict=True):
            if gx is not None:
                walk.setdefault(var, []).append(gx)
        self._steps[thread] = body

    def _add(self, body: GradAccumulatedBody, thread: int, at: str) -> None:
        """What is added was sent by the step before; the sum is right, and begins with what was there."""
        assert body.add is not None
        step = self._steps.get(thread)
        if body.node is not None and step is not None:
            sent = [gx for var, gx in zip(step.x, step.gx, strict=True) if var == body.var]
            assert body.add in sent or len(sent) > 1, f"{at}: add"
        if body.before is None:
            _same(self._reader, body.after, self._reader.array(body.add), f"{at}: after")
        else:
            summed = self._reader.array(body.before) + self._reader.array(body.add)
            _same(self._reader, body.after, summed, f"{at}: after")
        if body.var < FIRST_UNNAMED_VARIABLE and self._reader.variables[body.var].parameter:
            if self._gradients.get(body.var) is not None:
                self._holds(self._gradients, body.var, body.before, "before" in body.changed, f"{at}: before")
            self._gradients[body.var] = body.after

    def _update(self, body: ParamUpdatedBody, at: str) -> None:
        self._holds(self._values, body.var, body.before, "before" in body.changed, f"{at}: before")
        self._holds(self._gradients, body.var, body.grad, "grad" in body.changed, f"{at}: gradient")
        assert self._states.get(body.var, body.state_before) == body.state_before, f"{at}: state before"
        self._states[body.var] = body.state_after
        assert body.after is not None
        self._values[body.var] = body.after
        if body.rule == "SGDRule" and body.grad is not None:
            before, grad = self._reader.array(body.before), self._reader.array(body.grad)
            _same(self._reader, body.after, before - body.lr * grad, f"{at}: after")

    def _holds(self, told: dict[int, Any], var: int, tensor: int | None, changed: bool, what: str) -> None:
        """`tensor` is what an event last told of the variable, exactly if it isn't said to be changed."""
        known = told.get(var)
        if known is not None and tensor is not None:
            same = self._reader.array(known).tobytes() == self._reader.array(tensor).tobytes()
            assert same != changed, what
        if tensor is not None:
            told[var] = tensor


def _check_step(reader: LogReader, seq: int, body: BackwardBody, computed: ComputedOp) -> None:
    gys = [None if gy is None else reader.array(gy) for gy in body.gy]
    wanted = [place for place, gx in enumerate(body.gx) if gx is not None]
    gxs = computed.vjp(gys, wanted)
    for place in wanted:
        _same(reader, body.gx[place], gxs[place], f"{reader.address(seq)}: gx of input {place}")


def _same(reader: LogReader, tensor: int | None, found: np.ndarray | None, what: str) -> None:
    if tensor is None or found is None:
        assert tensor is None
        assert found is None
        return
    recorded = reader.array(tensor)
    assert (recorded.dtype, recorded.shape) == (found.dtype, found.shape), what
    assert recorded.tobytes() == found.tobytes(), f"{what}: recorded {recorded}, again {found}"
