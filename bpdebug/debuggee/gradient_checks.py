"""The gradient checks of a run: an observer beside the recorder, whose results go to a file, one JSON line each."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import ModuleType

import msgspec

from ..frontends.engine_check import LiveChecker
from ..gradcheck import Checked, ParameterCheck, StepCheck
from ..launch import ChildSettings
from ..log.writer import LogWriter

__all__ = ["GradientChecks"]


class GradientChecks:
    """Checks from now on.

    Args:
        engine: the engine package; the recorder watches it already.
        log: the run's log, whose events the results name.
        settings: where the results go, and after how many walks it is enough.
        end: ends the process, for a reason.
    """

    def __init__(
        self, engine: ModuleType, log: LogWriter, settings: ChildSettings, end: Callable[[str], None]
    ) -> None:
        self._pid = os.getpid()
        self._file = open(settings.gradcheck, "wb", buffering=0)  # noqa: SIM115 - as long as the run
        self._checker = LiveChecker(
            engine,
            lambda: log.event_count - 1,
            self._write,
            settings.gradcheck_walks,
            lambda: end("its gradients were checked"),
        )
        self._stop = engine.events.observe(self._checker)

    def stop(self) -> None:
        """Check no more, and say how many walks were checked; calling it twice does no harm."""
        self._stop()
        if not self._file.closed and os.getpid() == self._pid:
            self._write(Checked(self._checker.walks, "the run is over"))
            self._file.close()

    def _write(self, result: StepCheck | ParameterCheck | Checked) -> None:
        self._file.write(msgspec.json.encode(result) + b"\n")
