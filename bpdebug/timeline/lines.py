"""One line of text an event, for lists: a word for the kind, the label, and the least that tells it from others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import DamagedLog
from ..log import records as r
from ..log.schema import EventFlag, Kind, Phase
from ..text import clean, count_text, number, plain_lines
from .names import Names, roles
from .scan import last_where
from .written_into import changed_roles, note_of_changed, written_roles

if TYPE_CHECKING:
    import numpy as np

__all__ = ["WORDS", "event_line", "iteration_line", "number_of", "phase_line"]

WORDS: dict[Kind, str] = {
    Kind.run_started: "start",
    Kind.scope_entered: "enter",
    Kind.scope_exited: "exit",
    Kind.forward: "forward",
    Kind.backward_started: "walk",
    Kind.backward_finished: "walked",
    Kind.backward: "backward",
    Kind.grad_accumulated: "grad",
    Kind.grads_cleared: "clear",
    Kind.update_started: "update",
    Kind.update_finished: "updated",
    Kind.gradient_hooked: "hook",
    Kind.param_updated: "param",
    Kind.reported: "report",
    Kind.output: "print",
    Kind.warned: "warning",
    Kind.failed: "failed",
    Kind.edited: "edit",
    Kind.run_finished: "end",
}
"""The word that begins the line of each kind."""

_WIDEST = max(map(len, WORDS.values()))


def event_line(names: Names, seq: int) -> str:
    """The line of event `seq`, clean: `forward   linear  (1, 2) -> (1, 3)`."""
    header = names.reader.index[seq]
    kind = names.kind(header)
    if kind is None:
        return f"{'?':<{_WIDEST}}  an event of a kind that this version doesn't know"
    try:
        body = names.body(seq)
        rest = _LINES[kind](names, header, body) + _changed(names, body)
    except DamagedLog:
        rest = f"{names.text(header['label'])}  (can't be read)"
    return f"{WORDS[kind]:<{_WIDEST}}  {rest}".rstrip()


def phase_line(phase: Phase, count: int) -> str:
    """The line of a phase that has `count` events."""
    return f"{phase.name}  {count_text(count, 'event')}"


def iteration_line(names: Names, iteration: int, start: int, end: int) -> str:
    """The line of an iteration, with the loss if one of its last events reported one."""
    line = f"iteration {iteration}  {count_text(end - start, 'event')}"
    index = names.reader.index
    found = last_where(index, end, lambda part: part["kind"] == Kind.reported, max(start, end - 4096))
    if found is None or not index[found]["flags"] & EventFlag.value:
        return line
    name = names.text(index[found]["label"]).removeprefix("report:")
    return f"{line}  {name} {number(float(index[found]['value']))}"


def number_of(value: Any, dtype: Any = None) -> str:
    """`number` of a `records.Number`, whose non-finite values are the strings of JSON."""
    if isinstance(value, str):
        if value not in ("NaN", "Infinity", "-Infinity"):
            return clean(value)
        value = float(value)
    return number(value, dtype)


def _forward(names: Names, header: np.void, body: r.ForwardBody) -> str:
    arrow = f"{_shapes(names, body.x)} -> {_shapes(names, body.y)}"
    return f"{names.text(header['label'])}  {arrow}"


def _shapes(names: Names, slots: list[r.Slot]) -> str:
    if len(slots) > 4:
        return f"{' '.join(names.shape(slot.tensor) for slot in slots[:3])} … {len(slots)} arrays"
    return " ".join(names.shape(slot.tensor) for slot in slots) or "nothing"


def _backward(names: Names, header: np.void, body: r.BackwardBody) -> str:
    gx = roles(names.op(body.op).x_roles, len(body.gx), "x", "g")
    out = ", ".join(
        f"{role} {names.shape(tensor)}"
        for role, tensor in list(zip(gx, body.gx, strict=True))[:4]
        if tensor is not None
    )
    return (
        f"{names.text(header['label'])}  {' '.join(map(names.shape, body.gy[:3]))} -> {out or 'no gradient'}"
    )


def _accumulated(names: Names, header: np.void, body: r.GradAccumulatedBody) -> str:
    what = names.text(header["label"]).removeprefix("grad:")
    return f"{what} {'=' if body.before is None else '+='} {names.shape(body.add)}"


def _scope(names: Names, header: np.void, body: r.ScopeEnteredBody | r.ScopeExitedBody) -> str:
    scope = names.scope(header["scope"]) or names.text(header["label"])
    if isinstance(body, r.ScopeExitedBody):
        return f"{scope}{'  left by an exception' if body.failed else ''}"
    return f"{scope}({', '.join(map(clean, body.args))})"


def _walk(names: Names, header: np.void, body: r.BackwardStartedBody | r.BackwardFinishedBody) -> str:
    label = names.text(header["label"])
    if isinstance(body, r.BackwardFinishedBody):
        return f"{label}{'  ended by an exception' if body.failed else ''}"
    return f"{label}  {count_text(body.nodes, 'step')} to go"


def _cleared(names: Names, header: np.void, body: r.GradsClearedBody) -> str:
    return f"{names.text(header['label'])}  {count_text(len(body.vars), 'parameter')}"


def _update(names: Names, header: np.void, body: r.UpdateStartedBody | r.UpdateFinishedBody) -> str:
    if isinstance(body, r.UpdateFinishedBody):
        label = names.text(header["label"]).removeprefix("updated:")
        return f"{label}{'  ended by an exception' if body.failed else ''}"
    return f"{clean(body.optimizer)}  step {body.t}"


def _reported(names: Names, header: np.void, body: r.ReportedBody) -> str:
    return f"{clean(body.name)} = {number_of(body.value)}"


def _output(names: Names, header: np.void, body: r.OutputBody) -> str:
    lines = [line for line in plain_lines(body.text[:2000]) if line.strip()]
    more = f"  … {len(lines)} lines" if len(lines) > 1 else ""
    return f"{lines[0].strip() if lines else '(empty line)'}{more}"


def _one_line(text: str) -> str:
    return clean(" ".join(text[:300].split()))


def _label(names: Names, header: np.void, body: r.Event) -> str:
    return names.text(header["label"])


def _changed(names: Names, body: r.Event) -> str:
    roles_changed = [role for _, role in changed_roles(names, body)]
    written = [role for _, role in written_roles(names, body)]
    notes = [f"{', '.join(roles_changed[:3])} {note_of_changed(body)}"] if roles_changed else []
    notes += [f"writes into {', '.join(written[:3])}"] if written else []
    return f"  ({'; '.join(notes)})" if notes else ""


_LINES: dict[Kind, Callable[[Names, Any, Any], str]] = {
    Kind.run_started: lambda names, header, body: clean(" ".join(body.argv) or body.script),
    Kind.scope_entered: _scope,
    Kind.scope_exited: _scope,
    Kind.forward: _forward,
    Kind.backward_started: _walk,
    Kind.backward_finished: _walk,
    Kind.backward: _backward,
    Kind.grad_accumulated: _accumulated,
    Kind.grads_cleared: _cleared,
    Kind.update_started: _update,
    Kind.update_finished: _update,
    Kind.gradient_hooked: _label,
    Kind.param_updated: lambda names, header, body: (
        f"{_label(names, header, body)}  {names.shape(body.after)}"
    ),
    Kind.reported: _reported,
    Kind.output: _output,
    Kind.warned: lambda names, header, body: f"{clean(body.category)}: {_one_line(body.text)}",
    Kind.failed: lambda names, header, body: f"{clean(body.type)}: {_one_line(body.text)}",
    Kind.edited: _label,
    Kind.run_finished: lambda names, header, body: f"status {body.status}  {clean(body.reason)}",
}
assert len(_LINES) == len(WORDS) == len(Kind)
