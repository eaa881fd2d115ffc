"""How the graph comes about: links called, ops computed, and the variables that they work on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from ..capture import CapturePlan
from ..devices.device_arrays import LATE
from ..devices.late import Comparison, told_later
from ..log.lent import Content
from ..log.plain import json_value
from ..log.recent_contents import Entry
from ..log.records import Fed, ForwardBody, ScopeEnteredBody, ScopeExitedBody, WarnedBody
from ..log.schema import NOTHING, Kind
from ..log.writer import LogWriter
from .emitter import CONTENT, DURING, EVERYTHING, Emitter, OnEvent
from .flight_recorder import FlightRecorder
from .foreign_code import Given, shown_of
from .identity import Node, Variable
from .nesting import NO_PHASE, SCOPE_ENTERED, Opener
from .progress import SETUP

__all__ = ["ForwardEvents"]

NAMED_ALIKE = 1000
"""So many variables of one name in one iteration get numbers of their own that stay."""

FORWARD_KIND = int(Kind.forward)
KEPT = "kept"
"""The category of the warning that says that values are kept for good."""
NO_ATTRIBUTES: Mapping[str, Any] = {}


class ForwardEvents(Emitter):
    """Events of the forward pass; they raise where they fail, and the front end guards them."""

    def __init__(
        self, writer: LogWriter, on_event: OnEvent | None = None, plan: CapturePlan = EVERYTHING
    ) -> None:
        super().__init__(writer, on_event, plan)
        self._named: dict[str, int] = {}
        self._named_in = 0
        self._known_parameters: dict[int, Variable] = {}
        self._node_numbers = itertools.count(1)
        self._flight_recorder = FlightRecorder(writer, plan.last, plan.last_asked_by) if plan.last else None
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
            name: its full name; the same name is the same variable. A parameter that is put in the place of another
                one has thus been changed outside any op.
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
        variable = Variable(self.owner, number, name, label, parameter, content)
        return self._known_parameters.setdefault(number, variable) if parameter and name else variable

    def new_output(self, grad_label: int) -> Variable:
        """A variable without a name that an op has just made.

        Args:
            grad_label: text id of the label that events about its gradient have.
        """
        return Variable(self.owner, self.writer.variable(), "", grad_label, False)

    def name_in_iteration(self, name: str) -> str:
        """A name for a variable that the script calls `name`: it stays the same in each iteration.

        The script makes such variables anew in each iteration; the second one of an iteration is `name~2`.
        Empty for those after `NAMED_ALIKE`: a loop without iterations must not name without end.
        """
        if self._named_in != self._progress.iteration:
            self._named_in = self._progress.iteration
            self._named.clear()
        count = self._named.get(name, 0) + 1
        alike = name if count == 1 else f"{name}~{count}"
        while count > 1 and alike in self._named:  # the script itself calls one so
            count += 1
            alike = f"{name}~{count}"
        self._named[name] = count
        if count > NAMED_ALIKE:
            return ""
        self._named.setdefault(alike, 1)
        return alike

    def hold_values(self, why: str, seq: int) -> None:
        """What a flight recorder has now stays for good; a warning in the log says so, and at which event it began."""
        iteration = self._progress.iteration
        kept = "everything recorded"
        if self._flight_recorder is not None:
            self._flight_recorder.hold(iteration)
            first = max(iteration - self.capturing.plan.last + 1, 0)
            held = self.capturing.with_values(first, iteration)
            kept = (
                f"the values of iterations {held[0]} to {held[-1]}"
                if held
                else f"no values of iterations {first} to {iteration}"
            )
        body = WarnedBody(KEPT, f"{kept} stay: {why}, at event {seq}")
        self._emit(Kind.warned, body, self.writer.text(f"warning:{KEPT}"), site=self.call_sites.here())

    def scope_entered(self, scope: int, args: list[str], training: bool) -> None:
        """A link is about to be called; `scope` is its id, `args` describe the arguments."""
        phase = self.phase_of_call(training)
        site = self.call_sites.here(self.frames_up)
        opener = Opener(SCOPE_ENTERED, NOTHING, phase, scope, site, None)
        self._emit_opening(SCOPE_ENTERED, ScopeEnteredBody(args), self.writer.text("enter"), opener)

    def scope_exited(self, failed: bool = False) -> None:
        """The call of the innermost link is over."""
        opener = self.threads.state.close(SCOPE_ENTERED)
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
        phase: int = NO_PHASE,
        training: bool = True,
        train: bool = True,
        in_graph: bool = True,
        during: Node | None = None,
        random_state: Any = None,
        duration_ns: int = 0,
        settings: Mapping[str, Any] = NO_ATTRIBUTES,
        held: Sequence[Any] = (),
        fed: Sequence[Fed] = (),
        kept_bytes: int = 0,
        private: bool = False,
        timer: Any = None,
        given: Given | None = None,
    ) -> Node:
        """An op has computed `y` from `x`.

        Args:
            op: from `writer.op`.
            label: what people call the op.
            phase: what `phase_of_call` gave for it, where that was asked.
            training: else whether the op ran in training mode with the graph on.
            train: whether it ran in training mode.
            in_graph: whether a backward walk can reach it.
            during: the node whose backward rule called this op.
            settings: what, beside `attributes`, is needed to compute the op again: JSON values.
            held: the arrays that `settings` mention by their place.
            fed: which inputs are arrays of the script.
            random_state: the state before the op drew numbers, as an array; None if it drew none.
            kept_bytes: how many bytes of inputs and outputs stay alive for the backward rule.
            private: nobody writes into the outputs that are no inputs before `take_back` is called for them.
            timer: tells later how long it took on its device (see `devices.late`); None: `duration_ns` is right.
            given: what `given_to_op` noted, where code outside the framework has computed the op.

        Returns:
            What `backward` needs to know of the node.
        """
        thread = self.threads.state
        if phase < 0:
            phase = self.phase_of_call(training)
        scope, text = self._scope_and_label(label, during)
        known: dict[int, Any] = {}
        keep = self._keep(phase, scope, text)
        x_rows, _ = self._rows(x_arrays, known, self._keep_of_read(keep, x_arrays, y_arrays))
        y_rows, flags = self._rows(y_arrays, known, keep, private)
        if flags and keep.small_bytes:  # what made it is worth more than its place in the log
            known.clear()
            x_rows, _ = self._rows(x_arrays, known)
            y_rows, _ = self._rows(y_arrays, known)
        late = self._late(y_arrays, known) if flags >= LATE else None
        if during is not None:
            flags |= DURING
        state_row, drawn_from = None, ""
        if random_state is not None:
            ((state_row,), _) = self._rows([random_state], known, keep)
            # `--capture none` asks for no content ids, but this is what the op was given.
            content: Any = known[id(random_state)][CONTENT] or self.writer.store.content_of(random_state)
            drawn_from = content.hex()[:16]
        site = self.call_sites.here(self.frames_up)
        shown = shown_of(given, x_arrays, x_rows, known)
        x_slots, x_numbers, x_contents, changed, compared = self._read(x, x_arrays, shown.rows, shown.known)
        if shown.known is not known:
            for variable, array in zip(x, x_arrays, strict=True):
                variable.content = b"" if array is None else known[id(array)][CONTENT]
        late = told_later(late, compared, shown.compared, timer)
        y_slots, y_numbers, y_contents = _written(y, y_arrays, y_rows, known)
        body = ForwardBody(
            op,
            x_slots,  # type: ignore[arg-type]
            y_slots,  # type: ignore[arg-type]
            json_value(attributes) if attributes else {},
            train,
            in_graph,
            drawn_from,
            duration_ns,
            dict(settings) if settings else {},
            self._rows(held, known, keep)[0] if held else [],
            list(fed),
            kept_bytes,
            changed,
            state_row,
            shown.wrote,
        )
        number = next(self._node_numbers)
        if self.on_event is not None:
            thread.arrays = {"x": x_arrays, "y": y_arrays}
        node = Node(
            self.owner, number, NOTHING, op, text, scope, site, x_numbers, y_numbers, x_contents, y_contents
        )
        node.seq = self._emit(FORWARD_KIND, body, text, phase, scope, site, number, flags, late=late)
        return node

    def given_to_op(
        self, label: str, x_arrays: Sequence[Any], phase: int, during: Node | None = None
    ) -> Given:
        """Code outside the framework is about to compute an op from these arrays; for the rest see `forward`."""
        scope, text = self._scope_and_label(label, during)
        known: dict[int, Any] = {}
        self._rows(x_arrays, known, self._unlooked(self._keep(phase, scope, text)))
        return Given(self.owner, known)

    def _scope_and_label(self, label: str, during: Node | None) -> tuple[int, int]:
        """The scope of an op, and the text id of its label."""
        scope = self.threads.state.scope
        if during is not None:
            label = f"during:{label}"
            if scope == NOTHING:
                scope = during.scope
        return scope, self.writer.text(label)

    def unseen_node(self, op: int, label: str, x: Sequence[int], y: Sequence[int]) -> Node:
        """A node for `backward` whose forward pass was not recorded; `x` and `y` are numbers of variables."""
        text = self.writer.text(label)
        return Node(
            self.owner,
            next(self._node_numbers),
            NOTHING,
            op,
            text,
            NOTHING,
            NOTHING,
            list(x),
            list(y),
            [],
            [],
        )

    def phase_of_call(self, training: bool) -> int:
        """The phase of an op, or a call of a link, that begins now; it may begin an iteration.

        `forward` and `scope_entered` do this by themselves. A front end that names variables of the op
        (`name_in_iteration`) before it calls `forward` does it first, and hands `forward` the phase.
        """
        phase = self.threads.state.phase
        if phase < 0:
            phase = self._progress.model_called(training)
            if self._flight_recorder is not None and self._progress.iteration != self._flown:
                self._flown = self._progress.iteration
                # Where the budget is used up, no newer values take the place of those that there are.
                if not self.capturing.stepped_down:
                    self._flight_recorder.iteration_begins(self._flown)
        return phase

    def _read(
        self,
        x: Sequence[Variable],
        arrays: Sequence[Any],
        rows: Sequence[int | None],
        known: Mapping[int, Entry],
    ) -> tuple[list[_Pair], list[int], list[Content], list[int], list[Comparison]]:
        """Slots, numbers and contents of an op's inputs, and the places of those that were changed outside any op.

        A change outside is a content that differs from the one that an event last showed of the variable. Of arrays of
        a device that shows later: last come the comparisons that tell.
        """
        compared: list[Comparison] = []
        slots: list[_Pair] = []
        numbers: list[int] = []
        contents: list[Content] = []
        changed: list[int] = []
        for variable, array, row in zip(x, arrays, rows, strict=True):
            number = variable.number
            if array is not None:
                content = known[id(array)][CONTENT]
                if content is not variable.content:
                    if self._changed_outside(
                        content, variable.content, number, "value", len(slots), compared
                    ):
                        changed.append(len(slots))
                    variable.content = content
            slots.append((number, row))
            numbers.append(number)
            contents.append(variable.content)
        return slots, numbers, contents, changed, compared


_Pair = tuple[int, int | None]
"""Encoded as a `Slot` is, and cheaper to make."""


def _written(
    y: Sequence[Variable], arrays: Sequence[Any], rows: Sequence[int | None], known: Mapping[int, Entry]
) -> tuple[list[_Pair], list[int], list[Content]]:
    """Slots, numbers and contents of an op's outputs."""
    slots: list[_Pair] = []
    numbers: list[int] = []
    contents: list[Content] = []
    for variable, array, row in zip(y, arrays, rows, strict=True):
        variable.content = content = b"" if array is None else known[id(array)][CONTENT]
        slots.append((variable.number, row))
        numbers.append(variable.number)
        contents.append(content)
    return slots, numbers, contents
