"""What a row of the table of rules is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from ..facts.history import History
from ..finding import Finding, Severity

__all__ = ["Rule"]


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One fault that is looked for.

    Attributes:
        code: its stable name.
        severity: of its findings.
        title: the fault in a few words.
        find: gives the findings of a run.
        fix: what to try.
        explains: codes of what follows from this fault; such findings become its symptoms.
    """

    code: str
    severity: Severity
    title: str
    find: Callable[[History], Iterator[Finding]]
    fix: str
    explains: tuple[str, ...] = ()
