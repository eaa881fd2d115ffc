"""docs/conditions.md says what the table of words says, and its examples are conditions."""

from __future__ import annotations

import re
from pathlib import Path

from bpdebug.conditions import condition
from bpdebug.conditions.words import FIELDS, FUNCTIONS, SUFFIXES, TENSORS

TEXT = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| (.+) \|$", TEXT, re.MULTILINE)


def test_every_word_is_described_as_the_table_has_it():
    shown = {**TENSORS, **FIELDS}
    shown |= {f".{name}": word for name, word in SUFFIXES.items()}
    shown |= {f"{name}(...)": word for name, word in FUNCTIONS.items()}
    first = next(i for i, (name, _) in enumerate(ROWS) if name == "x")
    assert dict(ROWS[first:]) == {name: word.help for name, word in shown.items()}


def test_every_example_can_be_read():
    examples = [name for name, help_ in ROWS if help_.startswith(("at ", "where ", "of these"))]
    assert len([condition(text) for text in examples if text in TEXT.split("## When")[0]]) >= 10
