"""The backward rule of a function of the script's own doesn't fit its forward."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ...log.wrong_gradient import CATEGORY, WrongGradient
from ...text import clean
from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]


def find(history: History) -> Iterator[Finding]:
    """What the check of gradients found while `bpdebug check` ran the script."""
    for seq, body in history.warnings:
        if body.category != CATEGORY:
            continue
        try:
            told = WrongGradient.from_json(body.text)
        except msgspec.MsgspecError:
            continue
        name = clean(told.function)
        op = next((op for op in history.training_ops() if op.cls == name), None)
        line = history.script.rule_line(told.function)
        yield Finding(
            f"backward() of {name} is wrong: along a random direction it gives {told.found:.4g} for input {told.place},"
            f" finite differences give {told.expected:.4g}",
            name,
            seq=op.steps[0].seq if op is not None else seq,
            site=None if op is None else op.site,
            file="" if line is None else line[0],
            line=0 if line is None else line[1],
            evidence={"found": told.found, "expected": told.expected, "input": told.place},
            subjects=frozenset({name}),
        )
