"""What happens in the graph: links called, ops computed, walks, gradients."""

from __future__ import annotations

import itertools
import linecache
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..capture import CapturePlan
from ..log.lent import Content, same_content
from ..log.plain import json_number, json_value
from ..log.records import (
    BackwardBody,
    BackwardFinishedBody,
    BackwardStartedBody,
    Fed,
    ForwardBody,
    GradAccumulatedBody,
    GradsClearedBody,
    ReportedBody,
    ScopeEnteredBody,
    ScopeExitedBody,
    Slot,
    WarnedBody,
)
from ..log.schema import NOTHING, Kind
from ..log.writer import LogWriter
from .emitter import DURING, EVERYTHING, NONFINITE, PARAMETER, VALUE, Emitter, OnEvent
from .flight_recorder import FlightRecorder
from .identity import Node, Variable
from .nesting import SCOPE_ENTERED, Opener
from .progress import BACKWARD, SETUP

__all__ = ["GraphEvents"]

NAMED_ALIKE = 1000
"""So many variables of one name in one iteration get numbers of their own that stay."""

FORWARD_KIND = int(Kind.forward)
BACKWARD_KIND = int(Kind.backward)
ACCUMULATED_KIND = int(Kind.grad_accumulated)

_ROOT_IN_LINE = re.compile(r"([^\W\d]\w*)\s*\.\s*backward\s*\(")
KEPT = "kept"
"""The category of the warning that says that values are kept for good."""
CONTENT = 5
"""Where an `Entry` of the tensor store has the content id."""
NO_ATTRIBUTES: Mapping[str, Any] = {}
NO_ARRAYS: Mapping[int, Any] = {}


class GraphEvents(Emitter):
    """Events of the forward pass and of backward walks; they raise where they fail, and the front end guards them."""

    def __init__(
        self, writer: LogWriter, on_event: OnEvent | None = None, plan: CapturePlan = EVERYTHING
    ) -> None:
        super().__init__(writer, on_event, plan)
        self._named: dict[str, int] = {}
        self._named_in = 0
        self._root_names: dict[int, str] = {}
        self._node_numbers = itertools.count(1)
        self._flight_recorder = FlightRecorder(writer, plan.last) if plan.last else None
        self._flown = 0

    def new_variable(
        self,
        name: str = "",
        made_by: str = "",
        parameter: bool = False,
        array: Any = None,
        made: int | None = None,
        registered: bool = True,
    ) -> Variable:
        """A variable that the run meets for the first time.

        Args:
            name: its full name; the same name is the same variable.
            made_by: label of the op that made it, for one without a name.
            array: what it holds now.
            made: the site where a parameter was constructed.
            registered: whether the link that holds a parameter knows it as its own.
        """
        writer = self.writer
        first: int | None = None
        content: Content = b""
        if name and array is not None:
            first, *_, content = self._entry(array, self._keep(SETUP, NOTHING, writer.text(name)))
        number = writer.variable(name, parameter, first, made, registered)
        label = writer.text(f"grad:{name or made_by or 'input'}")
        return Variable(self.owner, number, name, label, parameter, content)

    def name_in_iteration(self, name: str) -> str:
        """A name for a variable that the script calls `name`: it stays the same in each iteration.

        The script makes such variables anew in each iteration; the second one of an iteration is `name~2`.
        Empty for those after `NAMED_ALIKE`: a loop without iterations must not name without end.
        """
        if self._named_in != self._progress.iteration:
            self._named_in = self._progress.iteration
            self._named.clear()
        self._named[name] = count = self._named.get(name, 0) + 1
        if count > NAMED_ALIKE:
            return ""
        return name if count == 1 else f"{name}~{count}"

    def hold_values(self, why: str, seq: int) -> None:
        """What a flight recorder has now stays for good; a warning in the log says so, and at which event it began."""
        iteration = self._progress.iteration
        kept = "everything recorded"
        if self._flight_recorder is not None:
            self._flight_recorder.hold(iteration)
            kept = (
                f"the values of iterations {max(iteration - self.capturing.plan.last + 1, 0)} to {iteration}"
            )
        body = WarnedBody(KEPT, f"{kept} stay: {why}, at event {seq}")
        self._emit(Kind.warned, body, self.writer.text(f"warning:{KEPT}"), site=self.call_sites.here())

    def scope_entered(self, scope: int, args: list[str], training: bool) -> None:
        """A link is about to be called; `scope` is its id, `args` describe the arguments."""
        phase = self.phase_of_call(training)
        site = self.call_sites.here()
        opener = Opener(SCOPE_ENTERED, NOTHING, phase, scope, site, None)
        self._emit_opening(SCOPE_ENTERED, ScopeEnteredBody(args), self.writer.text("enter"), opener)

    def scope_exited(self, failed: bool = False) -> None:
        """The call of the innermost link is over."""
        opener = self._threads.state.close(SCOPE_ENTERED)
        if opener is not None:
            self._emit_closing(Kind.scope_exited, ScopeExitedBody(failed), self.writer.text("exit"), opener)

    def forward(
        self,
        op: int,
        label: str,
        x: Sequence[Variable],
        x_arrays: Sequence[Any],
        y: Sequence[Variable],
        y_arrays: Sequence[Any],
        *,
        attributes: Mapping[str, Any] = NO_ATTRIBUTES,
        training: bool = True,
        train: bool = True,
        in_graph: bool = True,
        during: Node | None = None,
        random_state: str = "",
        duration_ns: int = 0,
        settings: Mapping[str, Any] = NO_ATTRIBUTES,
        held: Sequence[Any] = (),
        fed: Sequence[Fed] = (),
        kept_bytes: int = 0,
        private: bool = False,
    ) -> Node:
        """An op has computed `y` from `x`.

        Args:
            op: from `writer.op`.
            label: what people call the op.
            training: whether the op ran in training mode with the graph on.
            train: whether it ran in training mode.
            in_graph: whether a backward walk can reach it.
            during: the node whose backward rule called this op.
            settings: what, beside `attributes`, is needed to compute the op again: JSON values.
            held: the arrays that `settings` mention by their place.
            fed: which inputs are arrays of the script.
            kept_bytes: how many bytes of inputs and outputs stay alive for the backward rule.
            private: nobody writes into the outputs that are no inputs before `take_back` is called for them.

        Returns:
            What `backward` needs to know of the node.
        """
        thread = self._threads.state
        thread.failed_error = 0
        phase = self.phase_of_call(training)
        scope = thread.scope
        if during is not None:
            label = f"during:{label}"
            if scope == NOTHING:
                scope = during.scope
        text = self.writer.text(label)
        known: dict[int, Any] = {}
        keep = self._keep(phase, scope, text)
        x_rows, _ = self._rows(x_arrays, known, self._unlooked(keep))
        y_rows, flags = self._rows(y_arrays, known, keep, private)
        if flags and keep.small_bytes:  # what made it is worth more than its place in the log
            known.clear()
            x_rows, _ = self._rows(x_arrays, known)
            y_rows, _ = self._rows(y_arrays, known)
        if during is not None:
            flags |= DURING
        site = self.call_sites.here()
        x_numbers = [variable.number for variable in x]
        y_numbers = [variable.number for variable in y]
        body = ForwardBody(
            op,
            # Pairs are encoded as `Slot`s are, and are cheaper to make.
            list(zip(x_numbers, x_rows, strict=True)),  # type: ignore[arg-type]
            list(zip(y_numbers, y_rows, strict=True)),  # type: ignore[arg-type]
            json_value(attributes) if attributes else {},
            train,
            in_graph,
            random_state,
            duration_ns,
            dict(settings) if settings else {},
            self._rows(held, known, keep)[0] if held else [],
            list(fed),
            kept_bytes,
            _changed_outside(x, x_arrays, known, self._edited),
        )
        number = next(self._node_numbers)
        if self.on_event is not None:
            thread.arrays = {"x": x_arrays, "y": y_arrays}
        for variable, array in zip(y, y_arrays, strict=True):
            variable.content = b"" if array is None else known[id(array)][CONTENT]
        node = Node(self.owner, number, NOTHING, op, text, scope, site, x_numbers, y_numbers)
        node.x_contents = [b"" if array is None else known[id(array)][CONTENT] for array in x_arrays]
        node.y_contents = [variable.content for variable in y]
        node.seq = self._emit(FORWARD_KIND, body, text, phase, scope, site, number, flags)
        return node

    def unseen_node(self, op: int, label: str, x: Sequence[int], y: Sequence[int]) -> Node:
        """A node for `backward` whose forward pass was not recorded; `x` and `y` are numbers of variables."""
        text = self.writer.text(label)
        return Node(
            self.owner, next(self._node_numbers), NOTHING, op, text, NOTHING, NOTHING, list(x), list(y)
        )

    def backward_started(
        self,
        roots: Sequence[Variable],
        root_arrays: Sequence[Any],
        seeds: Sequence[Any],
        nodes: int,
        double: bool,
        call: str,
    ) -> None:
        """A walk begins at `roots`; a root with one element is reported as a loss right before.

        Not of a walk inside another one: what a backward rule walks over to find its gradients is no loss.
        """
        site = self.call_sites.here()
        if call == "backward" and self._threads.state.phase != BACKWARD:
            for root, array in zip(roots, root_arrays, strict=True):
                if array is not None and array.size == 1 and array.dtype.kind in "fiub":
                    self._report(root.name or self._root_name(site), array, site)
        phase = self._progress.backward_started()
        label = self.writer.text("grad_started" if call == "grad" else "backward_started")
        keep = self._keep(phase, NOTHING, label)
        rows = [self.tensor(array, keep) for array in root_arrays]
        body = BackwardStartedBody(
            [Slot(root.number, row) for root, row in zip(roots, rows, strict=True)],
            [self.tensor(seed, keep) for seed in seeds],
            nodes,
            double,
            call,
        )
        opener = Opener(Kind.backward_started, NOTHING, phase, NOTHING, site, (double, call))
        if self.on_event is not None:
            self._threads.state.arrays = {"roots": root_arrays, "seeds": seeds}
        self._emit_opening(Kind.backward_started, body, label, opener)

    def backward_finished(self, failed: bool = False) -> None:
        """The innermost walk is over."""
        self._threads.state.step = None
        opener = self._threads.state.close(Kind.backward_started)
        if opener is not None:
            double, call = opener.detail
            self._progress.backward_finished(double, failed)
            label = self.writer.text("grad_finished" if call == "grad" else "backward_finished")
            self._emit_closing(Kind.backward_finished, BackwardFinishedBody(failed), label, opener)

    def backward(
        self,
        node: Node,
        gy: Sequence[Any],
        gx: Sequence[Any],
        why: Mapping[int, str],
        duration_ns: int = 0,
        kept_x: Mapping[int, Any] = NO_ARRAYS,
        kept_y: Mapping[int, Any] = NO_ARRAYS,
        private: bool = False,
    ) -> None:
        """The vector-Jacobian product of `node` is done.

        Args:
            gy: one array or None an output.
            gx: one array or None an input.
            why: for inputs without gradient, by their place, the reason.
            kept_x, kept_y: the inputs and outputs that the rule has computed with, by their place.
            private: nobody writes into those of `gx` that are none of `gy` before `take_back` is called for them.
        """
        known: dict[int, Any] = {}
        keep = self._keep(BACKWARD, node.scope, node.label)
        gy_rows, _ = self._rows(gy, known, self._unlooked(keep))
        gx_rows, flags = self._rows(gx, known, keep, private)
        if flags and keep.small_bytes:
            known.clear()
            gy_rows, _ = self._rows(gy, known)
            gx_rows, _ = self._rows(gx, known)
        # Holding the arrays keeps their ids theirs. `on_event` may pause, and then anything can happen to them.
        if self.on_event is None:
            self._threads.state.step = (node, (gy, gx), known, keep)
        else:
            self._threads.state.step = None
            self._threads.state.arrays = {"gy": gy, "gx": gx}
        caller = self._walk_site()
        body = BackwardBody(
            node.op,
            None if node.seq == NOTHING else node.seq,
            gy_rows,
            gx_rows,
            node.x,
            node.y,
            {str(place): reason for place, reason in why.items()} if why else {},
            None if caller == NOTHING else caller,
            duration_ns,
            self._changed("x", kept_x, node.x_contents) + self._changed("y", kept_y, node.y_contents),
        )
        self._emit(
            BACKWARD_KIND, body, node.label, BACKWARD, node.scope, node.site, node.number, flags, node.seq
        )

    def _changed(self, letter: str, kept: Mapping[int, Any], contents: Sequence[Content]) -> list[str]:
        """Which of the kept arrays no longer hold what they held in the forward pass, such as `x0`."""
        return [
            f"{letter}{place}"
            for place, array in kept.items()
            if array is not None
            and place < len(contents)
            and contents[place]
            and not same_content(self._content(array), contents[place])
        ]

    def grad_accumulated(
        self,
        variable: Variable,
        before: Any,
        add: Any,
        after: Any,
        node: Node | None = None,
        private: bool = False,
    ) -> None:
        """`add` came to the gradient `before` of `variable` and made it `after`; from the step of `node`.

        No code of the script may run between the step of `node` and this call. `private`: nobody writes into `after`
        before `take_back` is called for it.
        """
        if node is None:
            number, scope, site = NOTHING, NOTHING, self._walk_site()
        else:
            number, scope, site = node.number, node.scope, node.site
        step = self._threads.state.step
        keep = self._keep(BACKWARD, scope, variable.grad_label)
        known: dict[int, Any] = {}
        if step is not None and node is not None and step[0] is node and step[3] is keep:
            known = step[2].copy()  # what is added here may be gone, and its id another's, at the next call
        (before_row, add_row), _ = self._rows((before, add), known, self._unlooked(keep))
        (after_row,), flags = self._rows((after,), known, keep, private)
        if variable.parameter:
            flags |= PARAMETER
        if self.on_event is not None:
            self._threads.state.arrays = {"before": (before,), "add": (add,), "after": (after,)}
        body = GradAccumulatedBody(
            variable.number, before_row, add_row, after_row, None if node is None else number
        )
        self._emit(ACCUMULATED_KIND, body, variable.grad_label, BACKWARD, scope, site, number, flags)

    def grads_cleared(self, variables: Iterable[Variable], zeroed: bool = False) -> None:
        """The gradients of `variables` were set to None, or to zeros."""
        cleared = list(variables)
        flags = PARAMETER if any(variable.parameter for variable in cleared) else 0
        body = GradsClearedBody([variable.number for variable in cleared], zeroed)
        label = self.writer.text("zerograds" if zeroed else "cleargrads")
        self._emit(Kind.grads_cleared, body, label, site=self.call_sites.here(), flags=flags)

    def reported(self, name: str, value: Any) -> None:
        """The script reported `value`, a number or an array with one element."""
        self._report(name, value, self.call_sites.here())

    def _report(self, name: str, value: Any, site: int) -> None:
        row: int | None = None
        flags = 0
        number: Any = value
        if hasattr(value, "dtype"):
            row, flags, *_ = self._entry(value)
            flags = NONFINITE if flags else 0
            number = value.item() if value.size == 1 else f"array of shape {value.shape}"
            if self.on_event is not None:
                self._threads.state.arrays = {"tensor": (value,)}
        told = json_number(number)
        as_float = float(told) if not isinstance(told, str) or told in _NOT_FINITE else None
        if as_float is not None:
            flags |= VALUE
            if isinstance(told, str):
                flags |= NONFINITE
        self._emit(
            Kind.reported,
            ReportedBody(name, told, row),
            self.writer.text(f"report:{name}"),
            site=site,
            flags=flags,
            value=as_float or 0.0,
        )

    def _root_name(self, site: int) -> str:
        """What the user's line calls the variable whose backward() it calls; `loss` where it doesn't say."""
        name = self._root_names.get(site)
        if name is None:
            name = "loss"
            frames = self.call_sites.frames_of(site)
            if frames:
                path, line, _ = frames[-1]
                found = _ROOT_IN_LINE.search(linecache.getline(path, line))
                if found is not None and found[1] != "self":
                    name = found[1]
            self._root_names[site] = name
        return name

    def walk_call(self) -> str:
        """`backward` or `grad`: what began the innermost walk; empty outside of one."""
        opener = self._threads.state.innermost(Kind.backward_started)
        return "" if opener is None else opener.detail[1]

    def _walk_site(self) -> int:
        """The line that called backward()."""
        opener = self._threads.state.innermost(Kind.backward_started)
        return NOTHING if opener is None else opener.site

    def phase_of_call(self, training: bool) -> int:
        """The phase of an op, or a call of a link, that begins now; it may begin an iteration.

        `forward` and `scope_entered` do this by themselves. A front end that names variables of the op
        (`name_in_iteration`) before it calls `forward` does it first.
        """
        phase = self._threads.state.phase
        if phase < 0:
            phase = self._progress.model_called(training)
            if self._flight_recorder is not None and self._progress.iteration != self._flown:
                self._flown = self._progress.iteration
                self._flight_recorder.iteration_begins(self._flown)
        return phase


def _changed_outside(
    x: Sequence[Variable], arrays: Sequence[Any], known: Mapping[int, Any], edited: Mapping[int, Content]
) -> list[int]:
    """The places of the inputs that hold something else than when an event last showed them."""
    changed = []
    for place, (variable, array) in enumerate(zip(x, arrays, strict=True)):
        if array is None:
            continue
        content = known[id(array)][CONTENT]
        if content is not variable.content:
            if content and variable.content and not same_content(content, variable.content):
                said = edited.get(variable.number)
                if said is None or not same_content(content, said):
                    changed.append(place)
            variable.content = content
    return changed


_NOT_FINITE = ("NaN", "Infinity", "-Infinity")
