"""Records a script for a while, with nothing of it shown: what `bpdebug check` looks at."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ..errors import SessionError
from ..launch import CaptureOptions, ChildSettings, child_command
from ..log.ending import say_ended
from ..log.run_file import is_run_of
from ..log.schema import EVENT_INDEX_FILE
from ..session.endings import describe_end
from ..session.lifeline import lifeline

__all__ = ["run_bounded"]

GRACE_S = 10.0
"""How long after its bound a script may take to come to an event; then it is asked to end, and then made to."""
_LAST_WAIT_S = 3.0
_START_LIMIT_S = 60.0
_LOOK_S = 0.02
_FLUSH_AFTER_S = 0.1
"""Nobody reads the log before the end, and what is written together is measured together, which costs less."""


def run_bounded(script: str, args: list[str], directory: Path, iterations: int, seconds: float) -> None:
    """Run `script` with `args` for at most so many iterations and seconds, and record it to `directory`.

    Raises:
        SessionError: its process can't be started, or did not get as far as the script.
    """
    with lifeline() as line, tempfile.TemporaryFile() as told:
        settings = ChildSettings(
            log_directory=os.fspath(directory),
            screen=True,
            capture=CaptureOptions("sparse"),
            iterations=iterations,
            seconds=seconds,
            flush_after_s=_FLUSH_AFTER_S,
            parent=os.getpid(),
            lifeline=line,
        )
        try:
            process = subprocess.Popen(
                child_command(settings, script, args),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=told,
                pass_fds=(line,),
            )
        except OSError as error:
            raise SessionError(
                f"{script}: the script's process can't be started: {error.strerror or error}"
            ) from error
        try:
            _wait_for_start(process, directory)
            process.wait(seconds + GRACE_S)
        except subprocess.TimeoutExpired:
            _end(process, signal.SIGTERM)
        except BaseException:
            _end(process, signal.SIGINT)
            raise
        say_ended(directory, process.pid, describe_end(process.returncode))
        if not is_run_of(directory, process.pid):
            told.seek(0)
            sys.stderr.write(told.read().decode(errors="replace")[-4000:])
            raise SessionError(f"{script}: its process ended before the script began; above is what it said")


def _wait_for_start(process: subprocess.Popen[bytes], directory: Path) -> None:
    """Wait until the log has begun, or the process has ended; a slow start isn't the script's time."""
    end = time.monotonic() + _START_LIMIT_S
    while process.poll() is None and time.monotonic() < end:
        if (directory / EVENT_INDEX_FILE).exists() and (directory / EVENT_INDEX_FILE).stat().st_size:
            break
        time.sleep(_LOOK_S)


def _end(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Ask the script's process to end, and make it."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(how)
    try:
        process.wait(_LAST_WAIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
