"""docs/conditions.md says what the table of words says, and its examples are conditions."""

from __future__ import annotations

import re
from pathlib import Path

from bpdebug.conditions import condition
from bpdebug.conditions.words import FIELDS, FUNCTIONS, ROLES, SUFFIXES, TENSORS, role_word, tensor_word
from engine.functions.op import every_op

TEXT = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| (.+) \|$", TEXT, re.MULTILINE)


def test_every_word_is_described_as_the_table_has_it():
    shown = {**TENSORS, **ROLES, **FIELDS}
    shown |= {f".{name}": word for name, word in SUFFIXES.items()}
    shown |= {f"{name}(...)": word for name, word in FUNCTIONS.items()}
    first = next(i for i, (name, _) in enumerate(ROWS) if name == "x")
    assert dict(ROWS[first:]) == {name: word.help for name, word in shown.items()}


def test_every_example_can_be_read():
    examples = [name for name, help_ in ROWS if help_.startswith(("at ", "where ", "of these"))]
    assert len([condition(text) for text in examples if text in TEXT.split("## When")[0]]) >= 10


def test_every_role_that_an_op_of_the_engine_has_is_a_word():
    for op in every_op():
        for role in (*op.x_roles, *op.y_roles):
            assert tensor_word(role) or role_word(role), f"{op.__name__}: {role}"


def test_a_role_is_said_to_be_an_output_where_an_op_has_it_there():
    outputs = {role for op in every_op() for role in op.y_roles} - TENSORS.keys()
    assert {name for name, role in ROLES.items() if role.output} == outputs
