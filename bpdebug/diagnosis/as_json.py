"""Findings as plain JSON values: the format that `bpdebug check --format json` prints."""

from __future__ import annotations

import math
from typing import Any

from .finding import Finding

__all__ = ["finding_json", "findings_json"]


def findings_json(findings: list[Finding], **facts: Any) -> dict[str, Any]:
    """The whole answer; `facts` are told beside the list `findings`."""
    return {
        **{name: _plain(value) for name, value in facts.items()},
        "findings": list(map(finding_json, findings)),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """One finding, with its symptoms."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "where": finding.where,
        "file": finding.file,
        "line": finding.line,
        "address": finding.address,
        "evidence": _plain(finding.evidence),
        "fix": finding.fix,
        "symptoms": [finding_json(symptom) for symptom in finding.symptoms],
    }


def _plain(value: Any) -> Any:
    """A value that JSON has: what isn't finite becomes a text."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
