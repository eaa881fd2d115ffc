"""What happens in the graph once it is there: walks, gradients, and losses."""

from __future__ import annotations

import linecache
import math
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..capture import CapturePlan
from ..devices.content import OnDevice
from ..devices.device_arrays import LATE
from ..devices.late import Comparison, Late, told_later
from ..log.lent import Content, same_content
from ..log.plain import json_number
from ..log.records import (
    BackwardBody,
    BackwardFinishedBody,
    BackwardStartedBody,
    GradAccumulatedBody,
    GradsClearedBody,
    ReportedBody,
    Slot,
)
from ..log.schema import NOTHING, Kind
from ..log.writer import LogWriter
from .emitter import EVERYTHING, NONFINITE, PARAMETER, VALUE, OnEvent
from .foreign_code import Given, shown_of
from .forward_events import CONTENT, ForwardEvents
from .identity import Node, Variable
from .nesting import Opener
from .progress import BACKWARD

__all__ = ["GraphEvents"]

BACKWARD_KIND = int(Kind.backward)
ACCUMULATED_KIND = int(Kind.grad_accumulated)

_ROOT_IN_LINE = re.compile(r"([^\W\d]\w*)\s*\.\s*backward\s*\(")
NO_ARRAYS: Mapping[int, Any] = {}


class GraphEvents(ForwardEvents):
    """Events of backward walks, and what is reported; they raise where they fail, and the front end guards them."""

    def __init__(
        self, writer: LogWriter, on_event: OnEvent | None = None, plan: CapturePlan = EVERYTHING
    ) -> None:
        super().__init__(writer, on_event, plan)
        self._root_names: dict[int, str] = {}
        self._said: dict[str, tuple[int, Any]] = {}
        """What the script itself reported last, by name: in which iteration, and which value."""

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

        Not one that the script has just reported itself, and not of a walk inside another one: what a backward rule
        walks over to find its gradients is no loss.
        """
        site = self.call_sites.here(self.frames_up)
        if call == "backward" and self.threads.state.phase != BACKWARD:
            for root, array in zip(roots, root_arrays, strict=True):
                if array is not None and array.size == 1 and array.dtype.kind in "fiub":
                    name = root.name or self._root_name(site)
                    if not self.was_said(name, array):
                        self._report(name, array, site)
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
            self.threads.state.arrays = {"roots": root_arrays, "seeds": seeds}
        self._emit_opening(Kind.backward_started, body, label, opener)

    def backward_finished(self, failed: bool = False) -> None:
        """The innermost walk is over."""
        self.threads.state.step = None
        opener = self.threads.state.close(Kind.backward_started)
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
        timer: Any = None,
        given: Given | None = None,
    ) -> None:
        """The vector-Jacobian product of `node` is done.

        Args:
            gy: one array or None an output.
            gx: one array or None an input.
            why: for inputs without gradient, by their place, the reason.
            kept_x, kept_y: the inputs and outputs that the rule has computed with, by their place.
            private: nobody writes into those of `gx` that are none of `gy` before `take_back` is called for them.
            timer: as for `forward`.
            given: what `given_to_step` noted, where code outside the framework has computed the step.
        """
        known: dict[int, Any] = {}
        keep = self._keep(BACKWARD, node.scope, node.label)
        gy_rows, _ = self._rows(gy, known, self._keep_of_read(keep, gy, gx))
        gx_rows, flags = self._rows(gx, known, keep, private)
        if flags and keep.small_bytes:
            known.clear()
            gy_rows, _ = self._rows(gy, known)
            gx_rows, _ = self._rows(gx, known)
        # Holding the arrays keeps their ids theirs. `on_event` may pause, and then anything can happen to them.
        stays = self.on_event is None or self.observer_only_reads
        self.threads.state.step = (node, (gy, gx), known, keep) if stays else None
        if self.on_event is not None:
            self.threads.state.arrays = {"gy": gy, "gx": gx}
        late = self._late(gx, known) if flags >= LATE else None
        shown = shown_of(given, gy, gy_rows, known)
        if given is None:
            changed, compared = self._changed_since(node, kept_x, kept_y)
        else:
            changed, compared = list(given.changed), list(given.compared)
        late = told_later(late, compared, shown.compared, timer)
        caller = self._walk_site()
        body = BackwardBody(
            node.op,
            None if node.seq == NOTHING else node.seq,
            shown.rows,
            gx_rows,
            node.x,
            node.y,
            {str(place): reason for place, reason in why.items()} if why else {},
            None if caller == NOTHING else caller,
            duration_ns,
            changed,
            shown.wrote,
        )
        self._emit(
            BACKWARD_KIND,
            body,
            node.label,
            BACKWARD,
            node.scope,
            node.site,
            node.number,
            flags,
            node.seq,
            late=late,
        )

    def given_to_step(
        self, node: Node, gy: Sequence[Any], kept_x: Mapping[int, Any], kept_y: Mapping[int, Any]
    ) -> Given:
        """Code outside the framework is about to compute the step of `node`; for the rest see `backward`."""
        known: dict[int, Any] = {}
        self._rows(gy, known, self._unlooked(self._keep(BACKWARD, node.scope, node.label)))
        return Given(self.owner, known, *self._changed_since(node, kept_x, kept_y))

    def _changed_since(
        self, node: Node, kept_x: Mapping[int, Any], kept_y: Mapping[int, Any]
    ) -> tuple[list[str], list[Comparison]]:
        """What the rule of `node` keeps and no longer is what it was in the forward pass; what will tell that."""
        compared: list[Comparison] = []
        changed = self._changed("x", kept_x, node.x_contents, compared)
        changed += self._changed("y", kept_y, node.y_contents, compared)
        return changed, compared

    def _changed(
        self,
        letter: str,
        kept: Mapping[int, Any],
        contents: Sequence[Content],
        compared: list[Comparison],
    ) -> list[str]:
        """Which of the kept arrays no longer hold what they held in the forward pass, such as `x0`.

        Those of which that shows later, as they are on a device, come to `compared`.
        """
        changed = []
        for place, array in kept.items():
            if array is None or place >= len(contents) or not contents[place]:
                continue
            content, before = self._content(array), contents[place]
            if type(content) is OnDevice and content is not before:
                compared.append(Comparison(f"{letter}{place}", content, (before,)))
            elif not same_content(content, before):
                changed.append(f"{letter}{place}")
        return changed

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
        step = self.threads.state.step
        keep = self._keep(BACKWARD, scope, variable.grad_label)
        known: dict[int, Any] = {}
        if step is not None and node is not None and step[0] is node and step[3] is keep:
            known = step[2].copy()  # what is added here may be gone, and its id another's, at the next call
        read = before, add
        (before_row, add_row), _ = self._rows(read, known, self._keep_of_read(keep, read, (after,)))
        changed = []
        compared: list[Comparison] = []
        if before is not None:
            found = known[id(before)][CONTENT]
            shown = variable.grad_content
            if self._changed_outside(found, shown, variable.number, "gradient", "before", compared):
                changed.append("before")
        (after_row,), flags = self._rows((after,), known, keep, private)
        variable.grad_content = b"" if after is None else known[id(after)][CONTENT]
        late = self._late((after,), known) if flags >= LATE else None
        if compared:
            late = late or Late()
            late.comparisons = compared
        if variable.parameter:
            flags |= PARAMETER
        if self.on_event is not None:
            self.threads.state.arrays = {"before": (before,), "add": (add,), "after": (after,)}
        body = GradAccumulatedBody(
            variable.number, before_row, add_row, after_row, None if node is None else number, changed
        )
        self._emit(
            ACCUMULATED_KIND, body, variable.grad_label, BACKWARD, scope, site, number, flags, late=late
        )

    def grads_cleared(self, variables: Iterable[Variable], zeroed: bool = False) -> None:
        """The gradients of `variables` were set to None, or to zeros."""
        cleared = list(variables)
        for variable in cleared:
            variable.grad_content = b""
        flags = PARAMETER if any(variable.parameter for variable in cleared) else 0
        body = GradsClearedBody([variable.number for variable in cleared], zeroed)
        label = self.writer.text("zerograds" if zeroed else "cleargrads")
        self._emit(Kind.grads_cleared, body, label, site=self.call_sites.here(self.frames_up), flags=flags)

    def reported(self, name: str, value: Any) -> None:
        """The script reported `value`, a number or an array with one element."""
        told = self._report(name, value, self.call_sites.here(self.frames_up))
        self._said[name] = self.iteration, value if _is_on_a_device(value) else told

    def was_said(self, name: str, array: Any) -> bool:
        """Whether the script itself reported the value of a loss under its name, and no walk has begun there since."""
        iteration, said = self._said.pop(name, (-1, None))
        if iteration != self.iteration:
            return False
        if _is_on_a_device(array) or _is_on_a_device(said):
            return said is array
        return bool(said == json_number(array.item()))

    def _report(self, name: str, value: Any, site: int) -> float | int | str:
        """Tell of a value; gives what the log says of it."""
        row: int | None = None
        flags = 0
        number: Any = value
        late: Late | None = None
        if hasattr(value, "dtype"):
            row, flags, *_, content = self._entry(value)
            if flags == LATE:
                late = Late([content])
            else:
                flags = NONFINITE if flags else 0
            if late is not None and value.size == 1 and value.dtype.kind == "f" and self.on_event is None:
                late.reported = content  # type: ignore[assignment]
                number = 0.0  # until the device tells
            elif value.size == 1 and not self.devices.is_capturing(value):
                number = value.item()
            else:
                number = f"array of shape {value.shape}"
            if self.on_event is not None:
                self.threads.state.arrays = {"tensor": (value,)}
        told = json_number(number)
        as_float = _as_float(number, told)
        if as_float is not None:
            flags |= VALUE
            if not math.isfinite(as_float):
                flags |= NONFINITE
        self._emit(
            Kind.reported,
            ReportedBody(name, told, row),
            self.writer.text(f"report:{name}"),
            site=site,
            flags=flags,
            value=as_float or 0.0,
            late=late,
        )
        return told

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
        opener = self.threads.state.innermost(Kind.backward_started)
        return "" if opener is None else opener.detail[1]

    def _walk_site(self) -> int:
        """The line that called backward()."""
        opener = self.threads.state.innermost(Kind.backward_started)
        return NOTHING if opener is None else opener.site


_NOT_FINITE = ("NaN", "Infinity", "-Infinity")


def _as_float(value: Any, told: float | int | str) -> float | None:
    """A reported value as a curve has it: where it is finite and beyond float64, the nearest; None: it is no number."""
    if not isinstance(told, str) or told in _NOT_FINITE:
        return float(told)
    if isinstance(value, int | np.floating):
        return sys.float_info.max if value > 0 else -sys.float_info.max
    return None


def _is_on_a_device(value: Any) -> bool:
    """Whether a value is an array that it takes a synchronisation to read."""
    return hasattr(value, "dtype") and not isinstance(value, np.ndarray | np.generic)
