"""What is typed to change a tensor, and what comes of it."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pytest

from bpdebug.conditions.edits import edited_content, parse_edit
from bpdebug.conditions.live import LiveEvents
from bpdebug.errors import ConditionError
from bpdebug.log.definition_records import OpDefinition
from bpdebug.log.records import ForwardBody
from bpdebug.log.schema import NOTHING, Kind

NAMES = SimpleNamespace(
    texts=["linear"],
    scopes=[],
    sites=[],
    sources=[],
    variables=[],
    ops=[OpDefinition(0, "L", "linear", ["x"], ["y"])],
)


def event(x, y):
    header = {"kind": int(Kind.forward), "seq": 3, "label": 0, "scope": NOTHING, "site": NOTHING, "flags": 0,
              "iteration": 7, "phase": 1, "time_us": 0}  # fmt: skip
    body = ForwardBody(0, [(0, 1)], [(1, 2)])
    return LiveEvents(NAMES).event(header, body, {"x": (x,), "y": (y,)})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("= 0", [[0, 0], [0, 0]]),
        ("*= 0.5", [[0.5, 1], [1.5, 2]]),
        ("[0, 0] = *= 0.5", [[0.5, 2], [3, 4]]),
        ("[1] = 9", [[1, 2], [9, 9]]),
        ("[0, 1] -= 1", [[1, 1], [3, 4]]),
        ("[:, -1] /= 2", [[1, 1], [3, 2]]),
        ("[...] = -x", [[-1, -1], [-1, -1]]),
        ("+= iteration", [[8, 9], [10, 11]]),
        ("= y * x + max(y)", [[5, 6], [7, 8]]),
        # Behind what the prompt begins with.
        ("[0, 0] = [1] = 0", [[1, 2], [0, 0]]),
        ("[0, 0] = = 7", [[7, 2], [3, 4]]),
        ("[0, 0] = *= 3", [[3, 2], [3, 4]]),
        ("*= = 5", [[5, 5], [5, 5]]),
        ("*= [0] += 1", [[2, 3], [3, 4]]),
    ],
)
def test_an_edit_gives_new_content_and_leaves_the_old(text, expected):
    y, x = np.array([[1, 2], [3, 4]], "f4"), np.ones((2, 2), "f4")
    after = edited_content(y, parse_edit(text), event(x, y))
    assert after.tolist() == expected
    assert after.dtype == y.dtype
    assert y.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("5", 0),
        ("== 3", 0),
        ("[0] [1] = 3", 0),
        ("*= == 3", 3),
        ("[a] = 3", 1),
        ("[0, 1.5] = 3", 3),
        ("= nrm(x)", 2),
        ("[0] = ", 6),
        ("= __import__(1)", 2),
    ],
)
def test_a_wrong_edit_says_where_it_is_wrong(text, column):
    with pytest.raises(ConditionError) as caught:
        parse_edit(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[5] = 1", "shape (2, 2)"),
        ("= x", "doesn't fit"),
        ("= gx", "gx isn't there at this event"),
        ("= x + y", "the shapes don't fit each other: x (3,), y (2, 2)"),
        ("= y * loss", "loss has no value at this event"),
        ("= y + gy + loss", "gy isn't there at this event"),
        ("= loss", "loss has no value at this event"),
        ("= norm(gx) + loss", "gx and loss have no value at this event"),
    ],
)
def test_an_edit_that_does_not_fit_says_why(text, reason):
    y = np.zeros((2, 2), "f4")
    with pytest.raises(ValueError, match=re.escape(reason)):
        edited_content(y, parse_edit(text), event(np.ones(3, "f4"), y))
