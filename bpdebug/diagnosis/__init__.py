"""Finds faults of a training in its recording: `diagnose` gives findings, one root cause for each chain of symptoms.

One rule, one file, in `rules/`; `rules.RULES` is the table. `facts/` is the run as the rules see it. The rules read the
log only: no script, no engine, no screen.
"""

from __future__ import annotations

from .diagnose import diagnose
from .finding import Finding, Severity
from .rules import RULES, Rule

__all__ = ["RULES", "Finding", "Rule", "Severity", "diagnose"]
