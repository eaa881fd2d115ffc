"""What the rules say of a run that is paused: as much as its events tell so far."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from recorded_samples import RecordedSample

from bpdebug.diagnosis import diagnose
from bpdebug.log.reader import LogReader
from bpdebug.log.schema import EventFlag, Kind


def test_a_nan_is_found_as_soon_as_a_parameter_has_it_for_its_gradient(
    recorded_sample: Callable[[str], RecordedSample],
) -> None:
    with LogReader(recorded_sample("nan_at_37").directory) as reader:
        bad = (reader.index["flags"] & EventFlag.nonfinite) != 0
        step = int(np.flatnonzero(bad & (reader.index["kind"] == Kind.backward))[0])
        assert not diagnose(reader, max_events=step)
        (finding,) = diagnose(reader, max_events=step + 1)
        assert finding.code == "nan-in-forward"
        (whole,) = diagnose(reader)
        assert (finding.code, finding.line, finding.address) == (whole.code, whole.line, whole.address)
