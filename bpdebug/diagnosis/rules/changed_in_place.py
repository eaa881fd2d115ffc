"""An array that the graph computed with was changed behind its back, so that gradients are those of something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Op
from ..facts.source_files import Line
from ..facts.training import layer_before, weighted
from ..finding import Finding, Severity

__all__ = ["find"]

_WRITES = re.compile(
    r"\.(array|data)\b\s*(\[[^=]*\])?\s*([-+*/@%&|^]|//|\*\*)?=(?!=)|\.(array|data)\.(fill|sort|clip|put|resize)\("
    r"|\bout\s*=|np\.(copyto|place|putmask|put)\("
)


def find(history: History) -> Iterator[Finding]:
    """An op's input isn't what the op before it gave, or a kept array isn't what the forward pass left.

    Parameters that an update changed in between are left out: of two nets that train each other, the second walk goes
    through weights that the first one's update has changed.
    """
    seen: set[str] = set()
    told: set[tuple[int, str]] = set()
    writers = [op for op in history.ops if op.wrote]
    for op in history.ops:
        where = _place(op)
        if where in seen or op.during:
            continue
        change = _change(history, op)
        if change is None:
            continue
        what, seq, maker, variable = change
        seen.add(where)
        if maker is not None and (maker.site, maker.label) in told:
            continue
        if maker is not None:
            told.add((maker.site, maker.label))
        writer = next((one for one in writers if one.seq < seq and variable in _written(one)), None)
        line = (
            _guilty_line(history, op)
            if writer is None
            else history.script.first_with(rf"class\s+{re.escape(writer.cls)}\b")
        )
        by_itself = writer is op  # whose own rule may reckon with that
        yield Finding(
            f"{what} of {op.label} was changed in place {_how(writer, by_itself)}",
            where,
            milder=Severity.warning if by_itself else None,
            seq=seq,
            site=op.site if line is None else None,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"op": op.label},
            subjects=frozenset({where, *(parameter.name for parameter in history.parameters_of(op))}),
        )


def _how(writer: Op | None, by_itself: bool) -> str:
    if writer is None:
        return "after it was computed: the gradient knows nothing of it"
    if by_itself:
        return "by its own code: its backward step is given what that left there"
    return f"by {writer.label}, whose own code writes into what it is given: the gradient knows nothing of it"


def _change(history: History, op: Op) -> tuple[str, int, Op | None, int] | None:
    """What was changed, the event that shows it, the op that had made it, and the variable."""
    for step in op.steps:
        for name in step.changed:
            place = int(name[1:])
            if name[0] == "x" and place < len(op.x) and op.x[place][0] in history.parameters:
                continue
            if name[0] == "x":
                maker = op.sources[place] if place < len(op.sources) else None
                return f"input {place}", step.seq, maker, op.x[place][0] if place < len(op.x) else -1
            return f"output {place}", step.seq, op, op.y[place][0] if place < len(op.y) else -1
    if not op.steps:
        return None
    for place, reader, tensor in _read_again(op):
        made = op.y[place][1]
        both_known = history.values.identified(tensor) and history.values.identified(made)
        # Of contents that nobody looked at it is still known whether they were finite.
        surely_other = both_known or history.values.finite(tensor) != history.values.finite(made)
        if tensor != made and reader.steps and surely_other:
            return f"output {place}", reader.seq, op, op.y[place][0]
    return None


def _written(op: Op) -> set[int]:
    """The variables that the op's own code wrote into."""
    return {var for place, (var, _) in enumerate(op.x) if place in op.wrote}


def _read_again(op: Op) -> Iterator[tuple[int, Op, int | None]]:
    for reader in op.readers:
        for place, (var, _) in enumerate(op.y):
            for other, tensor in reader.x:
                if other == var:
                    yield place, reader, tensor


def _place(op: Op) -> str:
    layer = op if weighted(op) else layer_before(op)
    return (layer.scope if layer is not None else "") or op.scope or op.label


def _guilty_line(history: History, op: Op) -> Line | None:
    """The line that writes into an array, nearest behind the op's own line in the same file."""
    own = history.script.line(op.site)
    if own is None:
        return None
    writes = [line for line in history.script.lines_with(_WRITES.pattern) if line[0] == own[0]]
    if not writes:
        writes = [
            line
            for line in history.script.lines_with(r"[\w\])]\s*(\[[^=\]]*\])\s*([-+*/])?=(?!=)")
            if line[0] == own[0]
        ]
    return min(writes, key=lambda line: (line[1] < own[1], abs(line[1] - own[1])), default=None)
