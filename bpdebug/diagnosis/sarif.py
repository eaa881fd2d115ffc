"""Findings in SARIF 2.1.0, which code hosts show beside the lines of a change.

Reference: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0, section 3.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from .. import __version__
from .as_json import finding_json
from .finding import Finding, Severity
from .rules import RULES

__all__ = ["findings_sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.error: "error", Severity.warning: "warning", Severity.info: "note"}


def findings_sarif(findings: list[Finding]) -> dict[str, Any]:
    """One run with the table of rules and a result a finding."""
    numbers = {rule.code: number for number, rule in enumerate(RULES)}
    rules = [
        {
            "id": rule.code,
            "shortDescription": {"text": rule.title},
            "help": {"text": rule.fix},
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        }
        for rule in RULES
    ]
    driver = {"name": "bpdebug", "version": __version__, "rules": rules}
    results = [_result(finding, numbers[finding.code]) for finding in findings]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding, number: int) -> dict[str, Any]:
    told = finding_json(finding)
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.where}]}
    if finding.file:
        path = PurePath(finding.file)
        location["physicalLocation"] = {
            "artifactLocation": {"uri": path.as_uri() if path.is_absolute() else path.as_posix()},
            "region": {"startLine": max(1, finding.line)},
        }
    return {
        "ruleId": finding.code,
        "ruleIndex": number,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.fix}"},
        "locations": [location],
        "properties": {name: told[name] for name in ("where", "address", "evidence", "symptoms")},
    }
