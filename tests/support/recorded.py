"""A recorder for tests, and the log that it wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bpdebug.log.reader import LogReader
from bpdebug.log.schema import Kind
from bpdebug.log.writer import LogWriter
from bpdebug.recorder import Recorder

__all__ = ["Run", "addresses"]


class Run:
    """A recorder and, after `read()`, the log that it wrote."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.headers: list[dict[str, Any]] = []
        self.writer = LogWriter.create(directory)
        self.recorder = Recorder(self.writer, self.headers.append)
        self.op = self.writer.op("Op", "op", ["x"], ["y"])

    def forward(self, x: Any = 1.0, y: Any = 2.0, **settings: Any) -> Any:
        new = self.recorder.new_variable
        x, y = np.asarray(x), np.asarray(y)
        return self.recorder.forward(self.op, "op", [new()], [x], [new(made_by="op")], [y], **settings)

    def read(self) -> LogReader:
        self.recorder.close()
        return LogReader(self.directory)


def addresses(reader: LogReader, *kinds: Kind) -> list[str]:
    """The addresses of all events, or of those of these kinds."""
    wanted = range(len(reader))
    return [reader.address(i) for i in wanted if not kinds or int(reader.index["kind"][i]) in kinds]
