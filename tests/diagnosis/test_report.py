"""A finding as lines of text."""

from __future__ import annotations

import pytest

from bpdebug.diagnosis.finding import Finding
from bpdebug.diagnosis.report import finding_lines

ADDRESS = "it61/backward/backward_started"


@pytest.mark.parametrize("width", [40, 55, 100])
def test_the_address_of_a_finding_is_whole_in_every_width(width: int) -> None:
    lines = finding_lines(
        Finding("the training diverges", "MomentumSGD", "diverging", address=ADDRESS), width=width
    )
    (line,) = (line for line in lines if ADDRESS in line)
    assert len(line) <= width
    assert sum("where: MomentumSGD" in line for line in lines) == 1
    assert ("where:" in line) == (width == 100)
