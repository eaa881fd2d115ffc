"""What follows from what."""

from __future__ import annotations

import pytest

from bpdebug.diagnosis.diagnose import fold
from bpdebug.diagnosis.finding import Finding


@pytest.mark.parametrize(
    ("nan_at", "roots"), [(20, ["nan-in-forward", "dead-relu"]), (5, ["nan-in-forward"])]
)
def test_what_was_seen_before_a_nan_does_not_follow_from_it(nan_at, roots):
    found = [
        Finding("a logarithm makes a NaN", "log", code="nan-in-forward", seq=nan_at, file="a.py", line=9),
        Finding("units are dead", "Net.b", code="dead-relu", seq=10, file="a.py", line=3),
        Finding("updates move nothing", "Adam", code="step-too-small", seq=12, file="a.py", line=5),
    ]
    folded = fold(found)
    assert [one.code for one in folded] == roots
    assert [one.code for one in folded[-1].symptoms][-1:] == ["step-too-small"]
