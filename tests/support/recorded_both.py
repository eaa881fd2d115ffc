"""Trainings that are recorded by the compiled part and by Python."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine
from bpdebug import native
from bpdebug.capture import CapturePlan, parse_capture
from bpdebug.frontends import engine as frontend
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from tests.support.same_log import assert_same_log

__all__ = ["record", "record_both"]

Prepare = Callable[[Any], Any]


def record(
    directory: Path,
    script: Callable[[], Any],
    capture: str | CapturePlan,
    prepare: Prepare = lambda recorder: None,
) -> None:
    """Record what `script` does; `prepare` gets the recorder first."""
    np.random.seed(0)
    plan = parse_capture(capture) if isinstance(capture, str) else capture
    recorder = Recorder(LogWriter.create(directory), plan=plan)
    prepare(recorder)
    stop = frontend.watch(engine, recorder)
    try:
        script()
    finally:
        stop()
    assert not recorder.disabled
    recorder.close()


def record_both(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[], Any],
    capture: str | CapturePlan,
    prepare: Prepare = lambda recorder: None,
) -> None:
    """Record a script by the compiled part and by Python: the logs are the same; the first one is in `compiled`."""
    for way, part in ("compiled", native.part), ("python", lambda _: None):
        monkeypatch.setattr(frontend, "part", part)
        record(folder / way, script, capture, prepare)
    assert_same_log(folder / "compiled", folder / "python")
