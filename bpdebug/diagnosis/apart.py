"""The rules in a process of their own: what they take of Python's lock, a screen's keys would have to wait for.

The process runs at a low priority, and ends when the one that started it does.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ..errors import BpdebugError
from ..log.reader import LogReader
from .diagnose import diagnose
from .finding import Finding

__all__ = ["DiagnosisApart", "main"]

_ROOT = Path(__file__).resolve().parents[2]
_NICENESS = 10
_decoder = msgspec.msgpack.Decoder(tuple[list[Finding], int, str])


class DiagnosisApart:
    """`diagnose` of a log, under way.

    Args:
        directory: of the log.
        max_events: of a longer log, so many events from its beginning are looked at.

    Raises:
        OSError: the process can't be started.
    """

    def __init__(self, directory: Path, max_events: int) -> None:
        # Nothing of the folder that the person works in is imported: it may hold a `random.py`.
        code = (
            f"import sys; sys.path.append({str(_ROOT)!r}); from bpdebug.diagnosis.apart import main; "
            f"main({str(directory)!r}, {max_events})"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def result(self) -> tuple[list[Finding], int]:
        """Wait for the findings, and how many events they are from.

        Raises:
            BpdebugError: the log can't be looked at, or `cancel` was called.
        """
        with self._process as process:
            assert process.stdout is not None
            answer = process.stdout.read()
            try:
                findings, looked_at, failure = _decoder.decode(answer)
            except msgspec.MsgspecError:
                raise BpdebugError("the rules ended without an answer") from None
        if failure:
            raise BpdebugError(failure)
        return findings, looked_at

    def cancel(self) -> None:
        """End it; `result` raises then."""
        self._process.kill()


def main(directory: str, max_events: int) -> None:
    """Write the findings to stdout for `DiagnosisApart.result`."""
    threading.Thread(target=_end_with_the_other, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(_NICENESS)
    findings: list[Finding] = []
    looked_at, failure = 0, ""
    try:
        with LogReader(directory) as reader:
            findings = diagnose(reader, max_events=max_events)
            looked_at = min(len(reader), max_events)
    except BpdebugError as error:
        failure = str(error)
    sys.stdout.buffer.write(msgspec.msgpack.encode((findings, looked_at, failure), enc_hook=_plain))
    sys.stdout.buffer.flush()


def _end_with_the_other() -> None:
    """Leave when the other end of stdin is closed: whoever started this is gone."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _plain(value: Any) -> Any:
    """What evidence may be made of beside Python's own types."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} in a finding")
