"""Whether two logs say the same, apart from what the clock and the process decide."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from bpdebug.log.schema import (
    DEFINITIONS_FILE,
    EVENT_INDEX,
    EVENT_INDEX_FILE,
    EVENTS_FILE,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS,
    TENSOR_STATISTICS_FILE,
)

__all__ = ["assert_same_log"]

_DURATION = re.compile(rb',"ns":\d+')


def assert_same_log(one: Path, other: Path) -> None:
    """Every file of two run directories is the same; statistics up to the order in which values were added."""
    bodies = [_DURATION.sub(b"", (log / EVENTS_FILE).read_bytes()).splitlines() for log in (one, other)]
    for seq, (ours, theirs) in enumerate(zip(*bodies, strict=False)):
        assert ours == theirs, f"event {seq}: {ours.decode()} | {theirs.decode()}"
    assert len(bodies[0]) == len(bodies[1])
    indexes = [np.fromfile(log / EVENT_INDEX_FILE, EVENT_INDEX) for log in (one, other)]
    for field in EVENT_INDEX.names or ():
        if field not in ("offset", "length", "time_us"):
            np.testing.assert_array_equal(indexes[0][field], indexes[1][field], err_msg=field)
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in other.iterdir())
    for name in names:
        if name in (TENSOR_INDEX_FILE, DEFINITIONS_FILE) or name.endswith(".seg"):
            assert (one / name).read_bytes() == (other / name).read_bytes(), name
    measured = [np.fromfile(log / TENSOR_STATISTICS_FILE, TENSOR_STATISTICS) for log in (one, other)]
    for field in TENSOR_STATISTICS.names or ():
        np.testing.assert_allclose(
            measured[0][field], measured[1][field], rtol=1e-9, atol=1e-300, err_msg=field
        )
