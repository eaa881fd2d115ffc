"""Runs all rules over a recorded run, and folds what follows from a cause under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .facts.history import MAX_EVENTS, History
from .finding import Finding
from .rules import RULES, Rule

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["diagnose", "fold"]


_FROM_THEIR_EVENT_ON = ("nan-in-forward", "nan-in-backward", "nan-in-update")
"""Faults that come at one event: what was seen before that has another cause."""


def diagnose(reader: LogReader, rules: Sequence[Rule] = RULES, max_events: int = MAX_EVENTS) -> list[Finding]:
    """The findings of a run, causes first, each with its symptoms under it; in the order of the table of rules.

    Of a longer log the first `max_events` events are looked at.
    """
    history = History(reader, max_events)
    found = []
    for rule in rules:
        for finding in rule.find(history):
            _complete(finding, rule, history)
            found.append(finding)
    return fold(found, rules)


def fold(findings: Sequence[Finding], rules: Sequence[Rule] = RULES) -> list[Finding]:
    """The findings that no other one explains; the others are among their symptoms.

    Several findings of one code (the same fault in several layers) stay apart where their lines differ.
    """
    explains = {rule.code: set(rule.explains) for rule in rules}
    roots: list[Finding] = []
    for finding in findings:
        cause = next(
            (root for root in roots if _explained(finding, root, explains) or _is_the_same(finding, root)),
            None,
        )
        if cause is None:
            roots.append(finding)
        else:
            cause.symptoms.append(finding)
    return roots


def _is_the_same(finding: Finding, root: Finding) -> bool:
    """Whether one line causes both, as where a loop over all parameters sets them to one value."""
    return bool(finding.file) and (finding.code, finding.file, finding.line) == (
        root.code,
        root.file,
        root.line,
    )


def _explained(finding: Finding, root: Finding, explains: dict[str, set[str]]) -> bool:
    """Whether a finding follows from a root, or from one of its symptoms."""
    seq, since = finding.seq, root.seq
    if root.code in _FROM_THEIR_EVENT_ON and seq is not None and since is not None and seq < since:
        return False
    return any(finding.code in explains[cause.code] for cause in (root, *root.symptoms))


def _complete(finding: Finding, rule: Rule, history: History) -> None:
    finding.code = rule.code
    finding.severity = finding.milder or rule.severity
    finding.fix = finding.fix or rule.fix
    finding.address = history.address(finding.seq)
    if not finding.file:
        line = history.script.line(finding.site)
        if line is None and finding.seq is not None:
            line = history.script.line(history.site_of(finding.seq))
        line = history.script.setting_line(line, finding.blamed) or line
        if line is not None:
            finding.file, finding.line = line
