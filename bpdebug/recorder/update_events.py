"""What an optimizer does: hooks on gradients, new parameter values, its own state."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..capture import CapturePlan
from ..devices.device_arrays import LATE
from ..devices.late import Comparison, Late
from ..log.keep import Keep
from ..log.lent import Content, same_content
from ..log.plain import json_number, json_value
from ..log.records import GradientHookedBody, ParamUpdatedBody, UpdateFinishedBody, UpdateStartedBody
from ..log.schema import NOTHING, Kind
from ..log.writer import LogWriter
from .emitter import EVERYTHING, NONFINITE, PARAMETER, VALUE, OnEvent
from .graph_events import GraphEvents
from .identity import Variable
from .nesting import Opener
from .progress import UPDATE

__all__ = ["Before", "GradientBefore", "UpdateEvents", "plain_numbers"]

NO_HOOKS: Mapping[str, Mapping[str, Any]] = {}
NO_SETTINGS: Mapping[str, Any] = {}


class GradientBefore(NamedTuple):
    """A gradient before a hook works on it."""

    row: int | None
    content: Content
    array: Any
    """A copy, where someone wants to look at it afterwards."""


class Before(NamedTuple):
    """What a parameter was before its update."""

    value: int | None
    grad: int | None
    state: dict[str, Any]
    value_array: Any = None
    """A copy, where someone wants to look at it after the update."""
    grad_array: Any = None
    changed: Sequence[str] = ()
    """Which of `before` and `grad` were changed outside any op since an event last showed them."""
    compared: Sequence[Comparison] = ()
    """The same of arrays on a device, of which that shows later."""


class UpdateEvents(GraphEvents):
    """Events from update_started to update_finished; they raise where they fail, and the front end guards them."""

    def __init__(
        self, writer: LogWriter, on_event: OnEvent | None = None, plan: CapturePlan = EVERYTHING
    ) -> None:
        super().__init__(writer, on_event, plan)
        self.keep_before = False
        """`on_event` wants to see what an update or a hook has overwritten: copies are made for it."""
        self._breakpoint_looks = False

    def look_before(self, wanted: bool) -> None:
        """Whether a breakpoint wants to see it, too."""
        self._breakpoint_looks = wanted

    def optimizer_set_up(self) -> None:
        """From now on, iterations are counted by updates."""
        self._progress.optimizer_set_up()

    def update_started(
        self,
        optimizer: str,
        hyper: Mapping[str, Any],
        t: int,
        number: int = 0,
        made: int | None = None,
        takes: Iterable[Variable] | None = None,
        frozen: Iterable[Variable] = (),
        hooks: Mapping[str, Mapping[str, Any]] = NO_HOOKS,
    ) -> None:
        """`optimizer` (its class name) begins its `t`-th update.

        Args:
            number: tells the optimizers of a run apart.
            made: the site where it was constructed.
            takes: the parameters that it is given; None: as in its update before.
            frozen: those of them whose update is disabled.
            hooks: its hooks by name, with their settings.
        """
        phase = self._progress.update_started()
        body = UpdateStartedBody(
            optimizer,
            plain_numbers(hyper),
            t,
            number,
            made,
            None if takes is None else [variable.number for variable in takes],
            [variable.number for variable in frozen],
            {name: plain_numbers(settings) for name, settings in hooks.items()} if hooks else {},
        )
        site = self.call_sites.here(self.frames_up)
        opener = Opener(Kind.update_started, NOTHING, phase, NOTHING, site, (optimizer, t))
        label = self.writer.text(f"update:{optimizer}")
        self._emit_opening(Kind.update_started, body, label, opener, VALUE, float(t))

    def update_finished(self, failed: bool = False) -> None:
        """The innermost update is over."""
        opener = self.threads.state.close(Kind.update_started)
        if opener is not None:
            optimizer, t = opener.detail
            self._progress.update_finished()
            label = self.writer.text(f"updated:{optimizer}")
            self._emit_closing(
                Kind.update_finished, UpdateFinishedBody(failed), label, opener, VALUE, float(t)
            )

    def gradients_of(
        self, hook: str, variables: Iterable[Variable], gradients: Iterable[Any]
    ) -> list[GradientBefore]:
        """The contents of gradients before a hook works on them, for `gradients_hooked`."""
        return [
            GradientBefore(*self._hooked_gradient(hook, variable, gradient)[:2], self._copy(gradient))
            for variable, gradient in zip(variables, gradients, strict=True)
        ]

    def _hooked_gradient(
        self, hook: str, variable: Variable, gradient: Any
    ) -> tuple[int | None, Content, int]:
        """Row, content id and flags of a gradient that a hook works on."""
        if gradient is None:
            return None, b"", 0
        label = self.writer.text(f"{hook}:{variable.name}")
        row, flags, _, _, _, content = self._entry(gradient, self._keep(UPDATE, NOTHING, label))
        if flags and flags != LATE:
            flags = NONFINITE
        return row, content or self._content(gradient), flags

    def gradients_hooked(
        self,
        hook: str,
        variables: Iterable[Variable],
        before: Iterable[GradientBefore],
        gradients: Iterable[Any],
    ) -> None:
        """A hook is done; one event for each parameter whose gradient it changed."""
        for variable, old, gradient in zip(variables, before, gradients, strict=True):
            new, content, flags = self._hooked_gradient(hook, variable, gradient)
            # Of arrays of a device this waits, once for all of them: whether there is an event hangs on it.
            if same_content(content, old.content):
                continue
            shown, variable.grad_content = variable.grad_content, content
            changed = self._changed_outside(old.content, shown, variable.number, "gradient")
            late = Late([content]) if flags == LATE else None
            if self.on_event is not None:
                self.threads.state.arrays = {"before": (old.array,), "after": (gradient,)}
            self._emit(
                Kind.gradient_hooked,
                GradientHookedBody(hook, variable.number, old.row, new, ["before"] if changed else []),
                self.writer.text(f"{hook}:{variable.name}"),
                UPDATE,
                NOTHING,
                self._update_site(),
                flags=flags | PARAMETER,
                late=late,
            )

    def param_before(self, variable: Variable, value: Any, grad: Any, state: Mapping[str, Any]) -> Before:
        """What a parameter is before its update, for `param_updated`."""
        keep = self._keep(UPDATE, NOTHING, self.writer.text(variable.name))
        rows: list[int | None] = []
        changed = []
        compared: list[Comparison] = []
        for name, array, shown, of in (
            ("before", value, variable.content, "value"),
            ("grad", grad, variable.grad_content, "gradient"),
        ):
            if array is None:
                rows.append(None)
                continue
            row, _, _, _, _, content = self._entry(array, self._unlooked(keep))
            rows.append(row)
            if self._changed_outside(content, shown, variable.number, of, name, compared):
                changed.append(name)
            if of == "gradient":
                variable.grad_content = content
        state_before = self._state(state, keep)[0]
        return Before(rows[0], rows[1], state_before, self._copy(value), grad, changed, compared)

    def param_updated(
        self,
        variable: Variable,
        before: Before,
        value: Any,
        state: Mapping[str, Any],
        lr: float | None = None,
        rule: str = "",
        private: bool = False,
        hyper: Mapping[str, Any] = NO_SETTINGS,
    ) -> None:
        """`variable` got its new `value`; `state` is the optimizer's own, after the update.

        Args:
            private: nobody writes into `value` before `take_back` is called for it.
            hyper: the settings that this parameter has of its own, in place of the optimizer's.
        """
        label = self.writer.text(variable.name)
        keep = self._keep(UPDATE, NOTHING, label)
        after, flags = None, 0
        if value is not None:
            after, flags, *_, variable.content = self._entry(value, keep, private)
        state_after, tensors = self._state(state, keep)
        if self.on_event is not None:
            self.threads.state.arrays = {
                "before": (before.value_array,),
                "grad": (before.grad_array,),
                "after": (value,),
            }
        late = Late([variable.content]) if flags == LATE else None
        if before.compared:
            late = late or Late()
            late.comparisons = list(before.compared)
        body = ParamUpdatedBody(
            var=variable.number,
            before=before.value,
            grad=before.grad,
            after=after,
            state_before=before.state,
            state_after=state_after,
            state_tensors=tensors,
            lr=None if lr is None else json_number(lr),
            rule=rule,
            changed=list(before.changed),
            hyper=plain_numbers(hyper),
        )
        self._emit(
            Kind.param_updated,
            body,
            label,
            UPDATE,
            NOTHING,
            self._update_site(),
            flags=PARAMETER | NONFINITE if flags and flags != LATE else PARAMETER,
            late=late,
        )

    def _copy(self, array: Any) -> Any:
        wanted = self.keep_before or self._breakpoint_looks
        return array.copy() if wanted and array is not None else None

    def _state(self, state: Mapping[str, Any], keep: Keep) -> tuple[dict[str, Any], list[str]]:
        """Optimizer state for the log, and the names of what in it are tensors."""
        values: dict[str, Any] = {}
        tensors = []
        for name, value in state.items():
            if (getattr(value, "shape", None) is not None and getattr(value, "ndim", 0) > 0) or hasattr(
                value, "dtype"
            ):
                values[name] = self.tensor(value, self._unlooked(keep))
                tensors.append(name)
            else:
                values[name] = None if value is None else json_number(value)
        return values, tensors

    def _update_site(self) -> int:
        opener = self.threads.state.innermost(Kind.update_started)
        return self.call_sites.here() if opener is None else opener.site


def plain_numbers(hyper: Mapping[str, Any]) -> dict[str, Any]:
    """Settings for the log: numbers, and text where there is none."""
    if all(type(value) is float and math.isfinite(value) for value in hyper.values()):
        return dict(hyper)
    plain = json_value(dict(hyper))
    return {key: value if not isinstance(value, list | dict) else str(value) for key, value in plain.items()}
