"""What an event says besides its tensors: its title, and plain lines of facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from ..errors import DamagedLog
from ..log import records as r
from ..log.definition_records import OpDefinition
from ..log.schema import NOTHING, EventFlag
from ..text import bytes_text, clean, count_text, duration_text, plain_lines, shape_text
from .capture import capture_asked_for
from .lines import number_of
from .names import Names, roles
from .written_into import changed_outside, written_by_op

__all__ = ["facts_of", "failure_in_full", "title_of"]

_MANY = 40  # lines of printed text or of a traceback, before the middle is left out


def title_of(names: Names, seq: int, body: r.Event) -> str:
    """One line that says what happened, clean."""
    header = names.reader.index[seq]
    title = _TITLES[type(body)](names, header, body)
    if header["flags"] & EventFlag.during_backward and isinstance(body, r.ForwardBody):
        title += ", called by a backward rule"
    return title


def facts_of(names: Names, seq: int, body: r.Event) -> list[str]:
    """Plain lines, clean; empty where the title says it all."""
    lines = _FACTS[type(body)](names, names.reader.index[seq], body) if type(body) in _FACTS else []
    if names.reader.index[seq]["flags"] & EventFlag.nonfinite:
        lines.append("A tensor that this event made holds NaN or infinity.")
    return lines


# ---- titles ---------------------------------------------------------------------------------------------------


def _in_scope(names: Names, header: Any) -> str:
    scope = names.scope(header["scope"])
    return f" in {scope}" if scope else ""


def _walk_title(names: Names, header: Any, body: r.BackwardStartedBody) -> str:
    roots = [names.variable_name(slot.var) for slot in body.roots]
    named = ", ".join(name for name in roots if name)
    what = "backward()" if body.call == "backward" else f"{clean(body.call)}()"
    return f"{what} begins{f' at {named}' if named else ''}"


def _walk_end_title(names: Names, header: Any, body: r.BackwardFinishedBody) -> str:
    label = names.text(header["label"])
    what = "grad()" if label.startswith("grad") else "backward()"
    return f"{what} was ended by an exception" if body.failed else f"{what} is done"


def _accumulated_title(names: Names, header: Any, body: r.GradAccumulatedBody) -> str:
    what = names.variable_name(body.var) or names.text(header["label"]).removeprefix("grad:")
    verb = "gets its first gradient" if body.before is None else "gets one more contribution to its gradient"
    return f"{what} {verb}"


def _updated_title(names: Names, header: Any, body: r.ParamUpdatedBody) -> str:
    name = names.variable_name(body.var) or names.text(header["label"])
    return f"{name} updated{f' by {clean(body.rule)}' if body.rule else ''}"


def _printed_title(names: Names, header: Any, body: r.OutputBody) -> str:
    text = next((line.strip() for line in plain_lines(body.text) if line.strip()), "")
    return f"printed to {clean(body.stream)}: {text}" if text else f"printed to {clean(body.stream)}"


def _failed_title(names: Names, header: Any, body: r.FailedBody) -> str:
    left = f"in {clean(body.op)}" if body.op else "in the script"
    return f"{clean(body.type)} {left}: {_first_line(body.text)}".rstrip(": ")


def failure_in_full(body: r.FailedBody) -> str:
    """The exception with its whole message in one line: what doesn't fit is often in the last of its lines."""
    left = f"in {clean(body.op)}" if body.op else "in the script"
    return f"{clean(body.type)} {left}: {clean(' '.join(body.text.split()))}".rstrip(": ")


def _first_line(text: str) -> str:
    return clean(next((line.strip() for line in text.splitlines() if line.strip()), ""))


_TITLES: dict[type, Callable[[Names, Any, Any], str]] = {
    r.RunStartedBody: lambda names, header, body: f"the run of {clean(body.script)} begins",
    r.ScopeEnteredBody: lambda names, header, body: f"{names.scope(header['scope'])} is called",
    r.ScopeExitedBody: lambda names, header, body: (
        f"{names.scope(header['scope'])} {'is left by an exception' if body.failed else 'returns'}"
    ),
    r.ForwardBody: lambda names, header, body: (
        f"forward: {names.op_label(body.op)}{_in_scope(names, header)}"
    ),
    r.BackwardStartedBody: _walk_title,
    r.BackwardFinishedBody: _walk_end_title,
    r.BackwardBody: lambda names, header, body: (
        f"backward step of {names.op_label(body.op)}{_in_scope(names, header)}"
    ),
    r.GradAccumulatedBody: _accumulated_title,
    r.GradsClearedBody: lambda names, header, body: (
        f"gradients of {count_text(len(body.vars), 'parameter')} "
        f"{'set to zero' if body.zeroed else 'cleared'}"
    ),
    r.UpdateStartedBody: lambda names, header, body: f"{clean(body.optimizer)} begins step {body.t}",
    r.UpdateFinishedBody: lambda names, header, body: (
        f"{names.text(header['label']).removeprefix('updated:')} "
        f"{'was ended by an exception' if body.failed else 'is done'}"
    ),
    r.GradientHookedBody: lambda names, header, body: (
        f"{clean(body.hook)} changed the gradient of {names.variable_name(body.var) or 'a parameter'}"
    ),
    r.ParamUpdatedBody: _updated_title,
    r.ReportedBody: lambda names, header, body: f"reported {clean(body.name)} = {number_of(body.value)}",
    r.OutputBody: _printed_title,
    r.WarnedBody: lambda names, header, body: f"{clean(body.category)}: {_first_line(body.text)}",
    r.FailedBody: _failed_title,
    r.EditedBody: lambda names, header, body: (
        f"{names.variable_name(body.var) or 'a variable'} was edited while paused"
    ),
    r.RunFinishedBody: lambda names, header, body: f"the run ended with status {body.status}",
}


# ---- facts ----------------------------------------------------------------------------------------------------


def _run_started(names: Names, header: Any, body: r.RunStartedBody) -> list[str]:
    return [
        f"Command line: {clean(' '.join(body.argv))}",
        f"Directory: {clean(body.cwd)}",
        f"Versions: {', '.join(f'{clean(what)} {clean(which)}' for what, which in body.versions.items())}",
        f"Devices: {', '.join(map(clean, body.devices)) or 'none known'}",
        f"Capture: {capture_asked_for(body)}",
        f"NumPy's random state: {clean(body.random_state)}",
    ]


def _entered(names: Names, header: Any, body: r.ScopeEnteredBody) -> list[str]:
    cls = names.scope_class(header["scope"])
    return ([f"Class: {cls}"] if cls else []) + [f"Argument: {clean(text)}" for text in body.args]


def _op_facts(op: OpDefinition) -> list[str]:
    return [f"Class: {clean(op.cls)}"] + ([f"Formula: {clean(op.formula)}"] if op.formula else [])


def _forward(names: Names, header: Any, body: r.ForwardBody) -> list[str]:
    op = names.op(body.op)
    lines = _op_facts(op)
    lines += [f"{clean(key)} = {value_text(value)}" for key, value in body.attrs.items()]
    lines += _changed(names, body)
    lines.append(f"Mode: {'training' if body.train else 'test'}")
    if not body.grad:
        lines.append("Outside the graph: no gradient flows through it.")
    if body.kept:
        lines.append(f"Keeps {bytes_text(body.kept)} alive for its backward step.")
    if body.rng:
        lines.append(f"Random state before: {clean(body.rng)}")
    return lines + _duration(body.ns)


def _walk(names: Names, header: Any, body: r.BackwardStartedBody) -> list[str]:
    lines = [f"{count_text(body.nodes, 'step')} to go"]
    if body.double:
        lines.append("The walk is recorded in the graph itself (double backprop).")
    return lines


def _backward(names: Names, header: Any, body: r.BackwardBody) -> list[str]:
    op = names.op(body.op)
    lines = _op_facts(op)
    gx_roles = roles(op.x_roles, len(body.gx), "x", "g")
    for place, why in body.why.items():
        known = place.isdecimal() and int(place) < len(gx_roles)
        lines.append(f"No {gx_roles[int(place)] if known else clean(place)}: {clean(why)}")
    lines += _changed(names, body)
    partner = int(header["partner"])
    if partner != NOTHING:
        lines.append(f"Forward op: {_address(names, partner)}")
    return lines + _duration(body.ns)


def _accumulated(names: Names, header: Any, body: r.GradAccumulatedBody) -> list[str]:
    before, add, after = (names.shape(tensor) for tensor in (body.before, body.add, body.after))
    if body.before is None:
        return [f"grad = contribution {add}"]
    return [f"grad {after} = grad before {before} + contribution {add}", *_changed(names, body)]


def _cleared(names: Names, header: Any, body: r.GradsClearedBody) -> list[str]:
    known = [names.variable_name(var) or "(without a name)" for var in body.vars]
    return known if len(known) <= _MANY else [*known[:_MANY], f"… and {len(known) - _MANY} more"]


def _update(names: Names, header: Any, body: r.UpdateStartedBody) -> list[str]:
    return [f"{clean(key)} = {value_text(value)}" for key, value in body.hyper.items()]


def _updated(names: Names, header: Any, body: r.ParamUpdatedBody) -> list[str]:
    lines = _changed(names, body)
    lines += [f"lr = {number_of(body.lr)}"] if body.lr is not None else []
    lines += [
        f"{clean(key)} = {value_text(value)}, of this parameter alone"
        for key, value in body.hyper.items()
        if not (key == "lr" and value == body.lr)
    ]
    for key in {**body.state_before, **body.state_after}:
        if key not in body.state_tensors:
            before, after = body.state_before.get(key), body.state_after.get(key)
            lines.append(f"{clean(key)}: {number_of(before)} -> {number_of(after)}")
    return lines


def _output(names: Names, header: Any, body: r.OutputBody) -> list[str]:
    return _shortened(plain_lines(body.text))


def _warned(names: Names, header: Any, body: r.WarnedBody) -> list[str]:
    return _shortened([clean(line) for line in body.text.strip().splitlines()])[1:]


def _failed(names: Names, header: Any, body: r.FailedBody) -> list[str]:
    lines = [f"Shapes: {', '.join(map(clean, body.shapes))}"] if body.shapes else []
    left = "the script: it ends here" if body.left == "script" else "the op; the script may catch it"
    lines.append(f"The exception left {left}.")
    return lines + _shortened([clean(line) for line in body.traceback.splitlines()])


def _edited(names: Names, header: Any, body: r.EditedBody) -> list[str]:
    return [clean(body.what)] if body.what else []


def _run_finished(names: Names, header: Any, body: r.RunFinishedBody) -> list[str]:
    return [clean(body.reason)] + [f"{clean(key)}: {count:,}" for key, count in body.totals.items()]


_FACTS: dict[type, Callable[[Names, Any, Any], list[str]]] = {
    r.RunStartedBody: _run_started,
    r.ScopeEnteredBody: _entered,
    r.ForwardBody: _forward,
    r.BackwardStartedBody: _walk,
    r.BackwardBody: _backward,
    r.GradAccumulatedBody: _accumulated,
    r.GradsClearedBody: _cleared,
    r.UpdateStartedBody: _update,
    r.GradientHookedBody: lambda names, header, body: _changed(names, body),
    r.ParamUpdatedBody: _updated,
    r.OutputBody: _output,
    r.WarnedBody: _warned,
    r.FailedBody: _failed,
    r.EditedBody: _edited,
    r.RunFinishedBody: _run_finished,
}


def value_text(value: Any) -> str:
    """A setting as Python would write it, clean and not longer than a line."""
    if isinstance(value, Mapping | list):
        text = shape_text(value) if _is_shape(value) else json.dumps(value, ensure_ascii=False)
        return clean(text if len(text) <= 200 else text[:200] + "…")
    return clean(value) if isinstance(value, str) else number_of(value)


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(type(length) is int for length in value)


def _address(names: Names, seq: int) -> str:
    try:
        return clean(names.reader.address(seq))
    except DamagedLog:
        return f"event {seq}"


def _changed(names: Names, body: r.Event) -> list[str]:
    return [line for line in (changed_outside(names, body), written_by_op(names, body)) if line]


def _duration(ns: int) -> list[str]:
    return [f"Took {duration_text(ns / 1000)}"] if ns else []


def _shortened(lines: list[str]) -> list[str]:
    """The lines without trailing empty ones, the middle left out where there are many."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if len(lines) <= _MANY:
        return list(lines)
    half = _MANY // 2
    return [*lines[:half], f"… {len(lines) - 2 * half} more lines …", *lines[-half:]]
