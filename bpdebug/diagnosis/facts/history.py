"""Reads a log into a `History`, in one pass over its events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import DamagedLog
from ...log import records as r
from ...log.in_order import Header, events_in_order
from ...log.schema import NOTHING, EventFlag, Kind
from ...text import clean
from .records import Accumulated, Cleared, Hooked, Layer, Moved, Op, Parameter, Step, Update, Walk
from .script import Script
from .values import Values

if TYPE_CHECKING:
    from ...log.reader import LogReader

__all__ = ["MAX_EVENTS", "History"]

MAX_EVENTS = 400_000
_NONFINITE = int(EventFlag.nonfinite)
_DURING = int(EventFlag.during_backward)


class History:
    """A run: lists in the order of events.

    Attributes:
        values: what tensors hold.
        script: the source files.
        ops, walks, updates, cleared: what happened.
        parameters: by the number of the variable.
        layers: links that were called, by path.
        failures, warnings: pairs of seq and body.
        events: how many events were read.
        max_events: no more than these are read; the rest of a long log isn't looked at.
    """

    def __init__(self, reader: LogReader, max_events: int = MAX_EVENTS) -> None:
        self.reader = reader
        self.values = Values(reader)
        self.ops: list[Op] = []
        self.walks: list[Walk] = []
        self.updates: list[Update] = []
        self.cleared: list[Cleared] = []
        self.parameters: dict[int, Parameter] = {}
        self.layers: dict[str, Layer] = {}
        self.failures: list[tuple[int, r.FailedBody]] = []
        self.warnings: list[tuple[int, r.WarnedBody]] = []
        self.start: r.RunStartedBody | None = None
        self.finish: r.RunFinishedBody | None = None
        self.memo: dict[str, object] = {}
        """What rules have worked out and others may ask for again."""
        self._made_by: dict[int, Op] = {}
        self._by_seq: dict[int, Op] = {}
        self._walk: Walk | None = None
        self._update: Update | None = None
        self._given: dict[int, tuple[list[int], frozenset[int], dict[str, Any]]] = {}
        self._losses: dict[int, float] = {}
        self._paths: dict[int, str] = {}
        self._depth = 0
        self._call = 0
        self._last_report: float | None = None
        self.events = min(len(reader), max_events)
        self._define()
        self._read()
        self._define()
        self.script = Script(reader, self.start)
        for parameter in self.parameters.values():
            parameter.name = parameter.name or self.script.name_given(parameter.made)

    # ---- questions that many rules ask ----------------------------------------------------------------------

    def name(self, var: int) -> str:
        """The name of a variable; empty for one without."""
        parameter = self.parameters.get(var)
        return "" if parameter is None else parameter.name

    def parameters_of(self, op: Op) -> list[Parameter]:
        """The parameters that an op reads."""
        return [self.parameters[var] for var, _ in op.x if var in self.parameters]

    def training_ops(self) -> list[Op]:
        """The ops that some backward walk has visited, without those that backward rules called."""
        return [op for op in self.ops if op.steps and not op.during]

    def address(self, seq: int | None) -> str:
        """The address of an event; empty for None, or where it is damaged."""
        if seq is None:
            return ""
        try:
            return clean(self.reader.address(seq))
        except (DamagedLog, IndexError):
            return ""

    def site_of(self, seq: int) -> int | None:
        """The call site of an event."""
        site = int(self.reader.index["site"][seq])
        return None if site == NOTHING else site

    # ---- reading --------------------------------------------------------------------------------------------

    def _define(self) -> None:
        for number, variable in enumerate(self.reader.variables):
            if variable.parameter and number not in self.parameters:
                name = clean(variable.name)
                self.parameters[number] = Parameter(
                    number, name, name.rpartition(".")[0], variable.made, variable.registered, variable.first
                )
        for scope in self.reader.scopes:
            path = clean(scope.path)
            self.layers.setdefault(path, Layer(path, clean(scope.cls), scope.made, scope.registered))

    def _read(self) -> None:
        for seq, kind, header, body in events_in_order(self.reader, self.events, _READERS):
            _READERS[kind](self, seq, header, body)

    def _parameter(self, var: int) -> Parameter | None:
        parameter = self.parameters.get(var)
        if parameter is None and var < len(self.reader.variables):
            self._define()
            parameter = self.parameters.get(var)
        return parameter

    def _scope_path(self, row: Header) -> str:
        path = self._paths.get(row.scope)
        if path is None:
            scopes = self.reader.scopes
            path = self._paths[row.scope] = clean(scopes[row.scope].path) if row.scope < len(scopes) else ""
        return path

    def _enter(self, seq: int, row: Header, body: r.ScopeEnteredBody) -> None:
        if self._depth == 0:
            self._call += 1
        self._depth += 1

    def _leave(self, seq: int, row: Header, body: r.ScopeExitedBody) -> None:
        self._depth = max(0, self._depth - 1)

    def _forward(self, seq: int, row: Header, body: r.ForwardBody) -> None:
        ops = self.reader.ops
        kind = ops[body.op] if body.op < len(ops) else None
        if self._depth == 0:
            self._call += 1
        op = Op(
            seq=seq,
            label="?" if kind is None else clean(kind.label),
            cls="?" if kind is None else clean(kind.cls),
            own=kind is not None and not kind.formula,
            x=[(slot.var, slot.tensor) for slot in body.x],
            y=[(slot.var, slot.tensor) for slot in body.y],
            attrs=body.attrs,
            train=body.train,
            in_graph=body.grad,
            phase=row.phase,
            iteration=row.iteration,
            scope=self._scope_path(row),
            site=row.site,
            fed={fed.place: (fed.serial, fed.rows) for fed in body.fed},
            nonfinite=bool(row.flags & _NONFINITE),
            call=self._call,
            during=bool(row.flags & _DURING),
            x_roles=[] if kind is None else kind.x_roles,
            formula="" if kind is None else kind.formula,
            wrote=body.wrote,
        )
        for var, _ in op.x:
            source = self._made_by.get(var)
            op.sources.append(source)
            if source is not None:
                source.readers.append(op)
            parameter = self._parameter(var)
            if parameter is not None:
                parameter.used_by.append(op)
        for var, _ in op.y:
            self._made_by[var] = op
        self._by_seq[seq] = op
        self.ops.append(op)

    def _backward_started(self, seq: int, row: Header, body: r.BackwardStartedBody) -> None:
        root = body.roots[0] if body.roots else None
        self._walk = Walk(
            seq=seq,
            iteration=row.iteration,
            roots=[(slot.var, slot.tensor) for slot in body.roots],
            caller=row.site,
            call=body.call,
            root_op=None if root is None else self._made_by.get(root.var),
            loss=None if root is None else self.values.number(root.tensor),
        )
        self.walks.append(self._walk)

    def _backward_finished(self, seq: int, row: Header, body: r.BackwardFinishedBody) -> None:
        if self._walk is not None:
            self._walk.failed = body.failed
            self._walk.finished = True
        self._walk = None

    def _backward(self, seq: int, row: Header, body: r.BackwardBody) -> None:
        op = None if body.forward is None else self._by_seq.get(body.forward)
        if self._walk is None:
            return
        ops = self.reader.ops
        step = Step(
            seq=seq,
            op=op,
            label=clean(ops[body.op].label) if body.op < len(ops) else "?",
            gy=body.gy,
            gx=body.gx,
            x=body.x,
            why=body.why,
            changed=body.changed,
            nonfinite=bool(row.flags & _NONFINITE),
            scope=self._scope_path(row),
            site=row.site,
            walk=self._walk,
        )
        self._walk.steps.append(step)
        if op is not None:
            op.steps.append(step)

    def _accumulated(self, seq: int, row: Header, body: r.GradAccumulatedBody) -> None:
        flag = bool(row.flags & _NONFINITE)
        event = Accumulated(seq, body.var, body.before, body.add, body.after, flag, self._walk)
        if self._walk is not None:
            self._walk.received.append(event)
        parameter = self._parameter(body.var)
        if parameter is not None:
            parameter.received.append(event)

    def _grads_cleared(self, seq: int, row: Header, body: r.GradsClearedBody) -> None:
        site = row.site
        self.cleared.append(Cleared(seq, row.iteration, frozenset(body.vars), site))

    def _update_started(self, seq: int, row: Header, body: r.UpdateStartedBody) -> None:
        if body.takes is not None:
            self._given[body.number] = (body.takes, frozenset(body.frozen), body.hooks)
        takes, frozen, hooks = self._given.get(body.number, ([], frozenset(), {}))
        self._update = Update(
            seq=seq,
            iteration=row.iteration,
            optimizer=clean(body.optimizer),
            number=body.number,
            hyper=dict(body.hyper),
            t=body.t,
            made=body.made,
            site=row.site,
            takes=takes,
            frozen=frozen,
            hooks=hooks,
        )
        self.updates.append(self._update)

    def _update_finished(self, seq: int, row: Header, body: r.UpdateFinishedBody) -> None:
        self._update = None

    def _hooked(self, seq: int, row: Header, body: r.GradientHookedBody) -> None:
        if self._update is not None:
            event = Hooked(seq, clean(body.hook), body.var, body.before, body.after)
            self._update.hooked.append(event)

    def _param_updated(self, seq: int, row: Header, body: r.ParamUpdatedBody) -> None:
        if self._update is None:
            return
        moved = Moved(
            seq=seq,
            var=body.var,
            before=body.before,
            grad=body.grad,
            after=body.after,
            lr=float(body.lr) if isinstance(body.lr, int | float) else None,
            nonfinite=bool(row.flags & _NONFINITE),
            iteration=row.iteration,
            update=self._update,
            state={clean(name): _tensor(body.state_after.get(name)) for name in body.state_tensors},
            hyper=body.hyper,
        )
        self._update.moved.append(moved)
        parameter = self._parameter(body.var)
        if parameter is not None:
            parameter.moved.append(moved)

    def _failed(self, seq: int, row: Header, body: r.FailedBody) -> None:
        self.failures.append((seq, body))

    def _warned(self, seq: int, row: Header, body: r.WarnedBody) -> None:
        self.warnings.append((seq, body))

    def _run_started(self, seq: int, row: Header, body: r.RunStartedBody) -> None:
        self.start = body

    def _run_finished(self, seq: int, row: Header, body: r.RunFinishedBody) -> None:
        self.finish = body


def _tensor(row: Any) -> int | None:
    return row if isinstance(row, int) else None


_READERS: dict[int, Any] = {
    Kind.run_started: History._run_started,
    Kind.scope_entered: History._enter,
    Kind.scope_exited: History._leave,
    Kind.forward: History._forward,
    Kind.backward_started: History._backward_started,
    Kind.backward: History._backward,
    Kind.backward_finished: History._backward_finished,
    Kind.grad_accumulated: History._accumulated,
    Kind.grads_cleared: History._grads_cleared,
    Kind.update_started: History._update_started,
    Kind.update_finished: History._update_finished,
    Kind.gradient_hooked: History._hooked,
    Kind.param_updated: History._param_updated,
    Kind.failed: History._failed,
    Kind.warned: History._warned,
    Kind.run_finished: History._run_finished,
}
