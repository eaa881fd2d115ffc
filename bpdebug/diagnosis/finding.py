"""What a rule says: one fault of a training, where it shows first, and what to try."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

__all__ = ["Finding", "Severity"]


class Severity(enum.StrEnum):
    """How sure a finding is that something is wrong."""

    error = "error"
    """An invariant of a correct training loop is broken."""
    warning = "warning"
    """The figures of the run speak for a fault."""
    info = "info"
    """Worth knowing; nothing has to be wrong."""


@dataclasses.dataclass(slots=True)
class Finding:
    """One fault.

    A rule gives what it alone knows; `diagnose` adds code, severity, address and, where the rule has no line of its
    own, the line of `site`.

    Attributes:
        code: the rule's stable name, such as `dead-relu`.
        message: what is wrong, in one sentence.
        where: the parameter, layer or op, such as `MLP.l1`.
        seq: the first event that shows it, None for what no single event shows.
        site: the call site (an id of the log) whose innermost line causes it, None where `file` says it.
        file, line: the script line that causes it; empty and 0 where none does.
        blamed: names of arguments of the call at `site`; where the script gives one of them by a name, such as
            `initialW=w`, the line that set that name causes it. "" stands for the first argument.
        milder: the severity, where this finding is less sure than those of its rule are.
        evidence: figures by name: numbers, texts, or short lists of numbers.
        fix: what to try.
        symptoms: what follows from it, as findings of their own.
        subjects: the parameters and layers that it is about, by which what follows from what is seen.
    """

    message: str
    where: str
    code: str = ""
    severity: Severity = Severity.warning
    milder: Severity | None = None
    seq: int | None = None
    site: int | None = None
    file: str = ""
    line: int = 0
    address: str = ""
    blamed: tuple[str, ...] = ()
    evidence: dict[str, Any] = dataclasses.field(default_factory=dict)
    fix: str = ""
    symptoms: list[Finding] = dataclasses.field(default_factory=list)
    subjects: frozenset[str] = frozenset()
