"""The events of a recording as words, for tests that write down by hand what a script should leave.

A line is a stretch of one iteration and phase; its words, in their order:
`>M` and `<M` a call of link M and its return; `add@M` an op in the scope of M; `*add@M` its backward step, `+x@M` the
sum or the parameter's gradient that the step led to; `[` and `]` a walk of backward(), `[grad` and `]grad` one of
grad(); `=loss` a report; `0` cleargrads; `[SGD` and `]SGD` an update, `!W` a parameter in it, `~Hook:W` a hook.
"""

from __future__ import annotations

from collections import Counter

from bpdebug.log.address import format_address
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import NOTHING, Kind, Phase

__all__ = ["told", "word_of"]

_OPS = {Kind.forward: "", Kind.backward: "*", Kind.grad_accumulated: "+", Kind.gradient_hooked: "~"}
_PREFIXES = {Kind.grad_accumulated: "grad:", Kind.reported: "report:", Kind.update_started: "update:"}


def word_of(kind: Kind, scope: str, label: str) -> str:
    """One event, as the module's text says."""
    label = label.removeprefix(_PREFIXES.get(kind, "\0"))
    if kind in (Kind.scope_entered, Kind.scope_exited):
        assert label == {Kind.scope_entered: "enter", Kind.scope_exited: "exit"}[kind]
        return (">" if kind is Kind.scope_entered else "<") + scope
    if kind in _OPS:
        return f"{_OPS[kind]}{label}@{scope}" if scope else _OPS[kind] + label
    if kind in (Kind.backward_started, Kind.backward_finished):
        sign = "[" if kind is Kind.backward_started else "]"
        return sign + ("grad" if label.startswith("grad_") else "")
    if kind is Kind.grads_cleared:
        return "0"
    if kind in (Kind.update_started, Kind.update_finished):
        return ("[" if kind is Kind.update_started else "]") + label.removeprefix("updated:")
    return {Kind.reported: "=", Kind.param_updated: "!"}[kind] + label


def told(reader: LogReader, thread: int | None = None) -> list[str]:
    """All events (or those of one thread), a stretch a line; checks how addresses number those that are alike."""
    lines: list[str] = []
    seen: Counter[tuple[int, int, str, str]] = Counter()
    before = None
    for seq, row in enumerate(reader.index):
        iteration, phase = int(row["iteration"]), Phase(int(row["phase"]))
        scope = "" if row["scope"] == NOTHING else reader.scopes[int(row["scope"])].path
        label = reader.texts[int(row["label"])]
        seen[iteration, phase, scope, label] += 1
        ordinal = seen[iteration, phase, scope, label]
        assert reader.address(seq) == format_address(iteration, phase, scope or None, label, ordinal)
        if thread is not None and int(row["thread"]) != thread:
            continue
        if (iteration, phase) != before:
            lines.append(f"it{iteration} {phase.name}:")
            before = (iteration, phase)
        lines[-1] += " " + word_of(Kind(int(row["kind"])), scope, label)
    return lines
