"""Recording what the engine does on the strict fake device."""

from __future__ import annotations

from pathlib import Path

import fake_cuda
from fake_module import fake, install

import engine
from bpdebug.capture import parse_capture
from bpdebug.frontends.engine import watch
from bpdebug.log.reader import LogReader
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder
from engine import backend

__all__ = ["WRITER", "Recording"]

fake.cuda, fake.RawKernel = fake_cuda.cuda, fake_cuda.RawKernel
install(backend)

WRITER = "bpdebug-log"
"""The thread that may wait."""


class Recording:
    """Records what happens inside `with`, in a log that `reader` opens afterwards."""

    def __init__(self, directory: Path, capture: str = "full", on_event=None, flush_after_s=None) -> None:
        self.writer = LogWriter.create(directory, flush_after_s=flush_after_s)
        self.recorder = Recorder(self.writer, on_event=on_event, plan=parse_capture(capture))
        self._directory = directory
        self.slow_way = False
        """Whether it is expected to give up, and to fetch arrays at once."""

    def __enter__(self) -> Recording:
        self._stop = watch(engine, self.recorder)
        return self

    def __exit__(self, *args: object) -> None:
        self._stop()
        assert not self.recorder.disabled
        assert self.slow_way == (None in self.recorder.devices._libraries.values())
        self.recorder.close()
        self.reader = LogReader(self._directory)

    def bodies(self, kind: type) -> list:
        found = [self.reader.body(seq) for seq in range(len(self.reader))]
        return [body for body in found if type(body) is kind]
