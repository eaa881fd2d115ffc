"""The training runs in evaluation mode: dropout and batch normalization do nothing, or use old statistics."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..facts.source_files import Line
from ..facts.training import model_of
from ..finding import Finding

__all__ = ["find"]

_UPDATES = 2


def find(history: History) -> Iterator[Finding]:
    """Whole training passes (all ops with parameters that a walk visits) with `config.train` false.

    A part of a model in evaluation mode (a frozen batch normalization) is meant.
    """
    passes = [
        [step.op for step in walk.steps if step.op is not None and history.parameters_of(step.op)]
        for walk in history.walks
    ]
    wrong = [ops for ops in passes if ops and not any(op.train for op in ops)]
    if len(wrong) < _UPDATES or len(history.updates) < _UPDATES:
        return
    first = min((op for ops in wrong for op in ops), key=lambda op: op.seq)
    normalization = next((op for ops in wrong for op in ops if op.label == "fixed_batch_normalization"), None)
    where = first.scope.split(".")[0] if normalization is None else normalization.scope
    line = _guilty(history, first)
    yield Finding(
        f"{len(wrong)} of {len(passes)} training passes run with config.train off"
        + ("" if normalization is None else f": {normalization.scope} uses fixed statistics"),
        where or model_of(history.parameters.values()) or first.label,
        seq=first.seq,
        site=first.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"passes in evaluation mode": len(wrong), "passes": len(passes)},
        subjects=frozenset({"mode"}),
    )


def _guilty(history: History, op: Op) -> Line | None:
    """The line that switched the mode off: a `with` around the call, else an assignment."""
    for path, number, _ in reversed(history.script.frames(op.site)):
        switch = history.script.enclosing_with((path, number), r"['\"]train['\"]")
        if switch is not None:
            return switch
    return history.script.first_with(r"config\.train\s*=\s*False|['\"]train['\"]\s*,\s*False")
