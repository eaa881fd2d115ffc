"""docs/diagnosis.md has every rule, as the table of rules has it."""

from __future__ import annotations

import re
from pathlib import Path

from bpdebug.diagnosis import RULES

PAGE = (Path(__file__).parents[2] / "docs" / "diagnosis.md").read_text(encoding="utf-8")


def test_every_rule_is_described_with_its_severity_and_fix() -> None:
    rows = re.findall(r"^\| `(\S+)` \| (\w+) \| .+? \| .+? \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == [(rule.code, rule.severity.value, rule.fix) for rule in RULES]


def test_codes_are_unique_and_a_rule_explains_only_later_ones() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    for rule in RULES:
        assert set(rule.explains) <= set(codes), rule.code
