"""The script hands over data or labels that hold NaN or infinity."""

from __future__ import annotations

from collections.abc import Iterator

from ..facts.history import History
from ..facts.operands import place_of_bad
from ..facts.origin import Kind, origin
from ..finding import Finding

__all__ = ["find"]

_MADE_BAD = r"\bnan\b|\binf\b|NaN|/\s*0\b|\.std\(|np\.log\(|np\.sqrt\(|/"


def find(history: History) -> Iterator[Finding]:
    """The first bad value that did harm was in an array that no op made."""
    found = origin(history)
    if found is None or found.kind is not Kind.data or found.op is None:
        return
    op = found.op
    array = history.values.array(op.x[found.place][1])
    index = place_of_bad(array)
    role = op.x_roles[found.place] if found.place < len(op.x_roles) else f"input {found.place}"
    labels = found.place > 0 and not history.parameters_of(op)
    line = (
        history.script.data_line(op.site, r"\bnan\b|NaN|\binf\b", labels)
        or history.script.first_with(r"=.*\bnan\b|=.*\binf\b")
        or _line_of_warning(history)
        or history.script.data_line(op.site, _MADE_BAD, labels)
    )
    element = "" if index is None or array is None else f"{role}{list(index)} = {float(array[index]):g}"
    yield Finding(
        f"the data that go into {op.label} hold values that are not finite{element and f': {element}'}",
        op.scope or op.label,
        seq=op.seq,
        site=op.site if line is None else None,
        file="" if line is None else line[0],
        line=0 if line is None else line[1],
        evidence={"operand": element or None, "op": history.address(op.seq), "iteration": op.iteration},
    )


def _line_of_warning(history: History) -> tuple[str, int] | None:
    """Where NumPy warned of a division by zero or an invalid value."""
    for seq, body in history.warnings:
        if "encountered in" in body.text:
            line = history.script.line(history.site_of(seq))
            if line is not None:
                return line
    return None
