"""Gradient checks of a recorded run: single backward steps, and the gradients of parameters from the loss.

Ops are computed again from what the log says of them. A script's own functions can't be: they are skipped, in words.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from ..errors import BpdebugError, DamagedLog, NotCaptured
from ..gradcheck import Graph, GraphStep, InputCheck, ParameterCheck, StepCheck, check_parameters, check_vjp
from ..gradcheck.differences import SEED, number
from ..log import records as r
from ..log.schema import NOTHING, Kind
from ..rerun import OpCall, OpRunner
from ..timeline import Timeline
from .recorded_op import RecordedOp

__all__ = ["check_run", "check_step", "check_walk"]

_RECORDED_AGREES = 1e-2
"""By how much of its norm a recorded gradient may differ from the rule's in float64 before it is told,"""
_ROUNDINGS = 100
"""and by how often what a rounding of float32 in all that goes in changes it."""
_ROUNDING = 1e-7


def check_step(timeline: Timeline, seq: int, runner: OpRunner) -> StepCheck:
    """Check the backward step `seq`, or that of the forward op `seq`.

    Raises:
        NotCaptured: the event is neither, or no walk came to the op.
    """
    op = RecordedOp.at(timeline.names, seq, runner)
    if op is None or op.backward is None:
        raise NotCaptured(
            f"{timeline.reader.address(seq)} is no backward step: only where a gradient left an op it can be checked"
        )
    body = timeline.names.body(op.backward)
    assert isinstance(body, r.BackwardBody)
    try:
        again = op.again
        gys = [op.gy(k) for k in range(op.y_count)]
        wanted = [i for i, gx in enumerate(body.gx) if gx is not None]
        gxs = again.vjp(gys, wanted)
        call = op.call
        xs = [np.asarray(x, np.float64 if x.dtype.kind == "f" else None) for x in call.x]

        def forward(moved: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
            return runner.run(call, dtype=np.float64, x=moved).y

        inputs = check_vjp(forward, xs, gys, gxs, op.x_roles, symmetric=again.symmetric)
        shaken = _shaken(op, runner, gys)
    except BpdebugError as error:
        return StepCheck(op.backward, op.label, op.cls, [], str(error))
    places = [op.x_roles.index(check.role[1:]) for check in inputs]
    inputs = [
        _against_recorded(check, op, body, gxs[i], shaken[i]) for i, check in zip(places, inputs, strict=True)
    ]
    return StepCheck(op.backward, op.label, op.cls, inputs)


def _against_recorded(
    check: InputCheck,
    op: RecordedOp,
    body: r.BackwardBody,
    gx: np.ndarray | None,
    shaken: np.ndarray | None,
) -> InputCheck:
    """The check, or that the recorded gradient isn't what the rule gives for the recorded inputs.

    Args:
        gx: what the rule gives, in float64.
        shaken: what it gives when all that goes in is off by a rounding error or two of float32: where large terms
            cancel, the run's own rounding may have done as much.
    """
    tensor = body.gx[op.x_roles.index(check.role[1:])]
    if check.verdict not in ("right", "kink") or tensor is None or gx is None or shaken is None:
        return check
    recorded = op.names.reader.array(tensor)
    if recorded.dtype.itemsize < 4 or recorded.shape != gx.shape:
        return check
    difference = np.abs(recorded.astype(np.float64) - gx)
    norm = float(np.linalg.norm(gx))
    allowed = _RECORDED_AGREES * norm + _ROUNDINGS * float(np.linalg.norm(shaken - gx))
    off = float(np.linalg.norm(difference))
    if not np.isfinite(off) or not np.isfinite(allowed) or off <= allowed:
        return check
    place = np.unravel_index(int(difference.argmax()), gx.shape) if gx.shape else ()
    return InputCheck(
        check.role,
        "wrong",
        [int(k) for k in place],
        number(float(gx[place])),
        number(float(recorded[place])),
        number(off / max(norm, 1e-300)),
        "the rule gives another gradient for the recorded inputs: an array that it needs was changed after the op ran",
    )


def _shaken(op: RecordedOp, runner: OpRunner, gys: list[np.ndarray | None]) -> list[np.ndarray | None]:
    """The gradients for inputs and arriving gradients that are off by a rounding of float32."""
    rng = np.random.default_rng(SEED)

    def shake(array: np.ndarray) -> np.ndarray:
        if array.dtype.kind != "f":
            return array
        return array.astype(np.float64) * (1 + _ROUNDING * rng.normal(size=array.shape))

    again = runner.run(op.call, dtype=np.float64, x=[shake(x) for x in op.call.x])
    return again.vjp([None if gy is None else shake(gy) for gy in gys])


def check_run(
    timeline: Timeline, runner: OpRunner, every: bool = False
) -> Iterator[StepCheck | ParameterCheck]:
    """Check the backward steps of a run, then the parameters' gradients.

    Args:
        every: all steps and walks; otherwise the first of each op at each place with each shapes, and the first walk.
    """
    index = timeline.reader.index
    seen: set[tuple[object, ...]] = set()
    for seq in np.flatnonzero(index["kind"] == Kind.backward).tolist():
        if not every:
            key = _place(timeline, seq)
            if key in seen:
                continue
            seen.add(key)
        try:
            yield check_step(timeline, seq, runner)
        except BpdebugError as error:
            yield StepCheck(seq, timeline.moment(seq).label, "", [], str(error))
    walks = np.flatnonzero(index["kind"] == Kind.backward_started).tolist()
    for seq in walks if every else walks[:1]:
        try:
            yield from check_walk(timeline, seq, runner)
        except BpdebugError as error:
            yield ParameterCheck(seq, "all parameters", "skipped", note=str(error))


def _place(timeline: Timeline, seq: int) -> tuple[object, ...]:
    header, body = timeline.reader.index[seq], timeline.names.body(seq)
    assert isinstance(body, r.BackwardBody)
    layouts = [timeline.names.layout(gx) for gx in body.gx]
    shapes = [None if layout is None else tuple(layout.shape) for layout in layouts]
    return body.op, int(header["scope"]), int(header["site"]), *shapes


def check_walk(timeline: Timeline, seq: int, runner: OpRunner) -> list[ParameterCheck]:
    """Check what the walk that began at event `seq` gave each parameter against differences of the loss.

    Raises:
        DamagedLog: what the log says of the walk doesn't fit together.
    """
    try:
        return _check_walk(timeline, seq, runner)
    except (LookupError, ValueError) as error:  # shapes and kinds of numbers that no walk has
        raise DamagedLog(
            f"{timeline.reader.address(seq)}: what the log says of this walk doesn't fit together: {error}"
        ) from error


def _check_walk(timeline: Timeline, seq: int, runner: OpRunner) -> list[ParameterCheck]:
    names, index = timeline.names, timeline.reader.index
    started = names.body(seq)
    assert isinstance(started, r.BackwardStartedBody)
    inside = np.flatnonzero(index["parent"][seq + 1 :] == seq) + seq + 1
    forwards: set[int] = set()
    contributions: dict[int, np.ndarray] = {}
    nothing = np.zeros(())
    item_size = 8
    for place in inside.tolist():
        body = names.body(place)
        if isinstance(body, r.BackwardBody) and body.forward is not None and body.forward != NOTHING:
            forwards.add(body.forward)
        elif isinstance(body, r.GradAccumulatedBody) and body.add is not None:
            variable = names.variable(body.var)
            if variable is not None and variable.parameter:
                added = timeline.reader.array(body.add)
                item_size = min(item_size, added.dtype.itemsize)
                contributions[body.var] = contributions.get(body.var, nothing) + added.astype(np.float64)
    try:
        graph = _graph(timeline, sorted(forwards), started, item_size, runner)
        values = {var: _value_in(timeline, sorted(forwards), var) for var in contributions}
        parameters: dict[Hashable, tuple[str, np.ndarray, np.ndarray]] = {
            var: (names.variable_name(var), values[var], gradient) for var, gradient in contributions.items()
        }
        return check_parameters(graph, parameters, seq)
    except BpdebugError as error:
        return [
            ParameterCheck(seq, names.variable_name(var), "skipped", note=str(error)) for var in contributions
        ]


def _graph(
    timeline: Timeline, forwards: list[int], started: r.BackwardStartedBody, item_size: int, runner: OpRunner
) -> Graph:
    steps = []
    for forward in forwards:
        op = RecordedOp.at(timeline.names, forward, runner)
        body = timeline.names.body(forward)
        assert op is not None
        assert isinstance(body, r.ForwardBody)
        call = op.call

        def run(xs: Sequence[np.ndarray], call: OpCall = call) -> Sequence[np.ndarray]:
            return runner.run(call, dtype=np.float64, x=xs).y

        arrays = [op.x(i) for i in range(op.x_count)]
        steps.append(GraphStep(run, [slot.var for slot in body.x], arrays, [slot.var for slot in body.y]))
    roots: list[tuple[Hashable, np.ndarray]] = []
    value = 0.0
    for slot, seed in zip(started.roots, started.seeds, strict=True):
        if slot.tensor is None:
            raise NotCaptured("the root of the walk held no data")
        root = timeline.reader.array(slot.tensor).astype(np.float64)
        given = np.ones_like(root) if seed is None else timeline.reader.array(seed).astype(np.float64)
        roots.append((slot.var, given))
        value += float(np.sum(root * given))
    return Graph(steps, roots, value, item_size)


def _value_in(timeline: Timeline, forwards: list[int], variable: int) -> np.ndarray:
    """What a parameter held when the ops used it."""
    for forward in forwards:
        body = timeline.names.body(forward)
        for slot in body.x if isinstance(body, r.ForwardBody) else ():
            if slot.var == variable and slot.tensor is not None:
                return timeline.reader.array(slot.tensor)
    raise NotCaptured("no op of the walk used this parameter")
