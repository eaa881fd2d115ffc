"""`bpdebug run --headless`: record a script with no screen, with its streams and its exit status passed through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from ..errors import SessionError
from ..launch import KEEP_ALL, CaptureOptions, ChildSettings, child_command
from ..session.endings import describe_end
from ..session.lifeline import lifeline

__all__ = ["Recorded", "record"]


class Recorded(NamedTuple):
    """The process of a script that was recorded."""

    pid: int
    returncode: int
    """How it ended, as `subprocess` says it: a status, or -n for signal n."""


def record(
    script: str,
    args: list[str],
    directory: Path,
    real_chainer: bool,
    progress: bool,
    capture: CaptureOptions = KEEP_ALL,
) -> Recorded:
    """Run `script` to its end, on this process's own stdin, stdout and stderr.

    Raises:
        SessionError: the process can't be started.
    """
    with lifeline() as line, _signals_for_the_script() as children:
        settings = ChildSettings(
            log_directory=os.fspath(directory),
            real_chainer=real_chainer,
            progress=progress,
            capture=capture,
            parent=os.getpid(),
            lifeline=line,
        )
        try:
            process = subprocess.Popen(child_command(settings, script, args), pass_fds=(line,))
        except OSError as error:
            reason = error.strerror or error
            raise SessionError(f"{script}: the script's process can't be started: {reason}") from error
        children.append(process)
        try:
            status = process.wait()
        except (
            BaseException
        ):  # nobody waits for it any more, nor for the processes that it may be waiting for
            process.kill()
            process.wait()
            raise
    from ..log.ending import say_ended  # brings NumPy, for which the script doesn't wait

    if status < 0 and -status != signal.SIGINT:  # of Ctrl-C, Python itself has told
        behind = (
            "\n" if progress and sys.stderr.isatty() else ""
        )  # a progress line that nobody could take away
        sys.stderr.write(f"{behind}bpdebug: {script} was {describe_end(status)}\n")
    say_ended(directory, process.pid, describe_end(status))
    return Recorded(process.pid, status)


@contextmanager
def _signals_for_the_script() -> Iterator[list[subprocess.Popen[bytes]]]:
    """While the script runs, what asks us to end asks the script, and we wait for how it takes it."""
    children: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        # The terminal's Ctrl-C goes to all processes in the foreground: the script has had its own.
        if not (number == signal.SIGINT and _in_the_foreground()):
            for child in children:
                child.send_signal(number)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, pass_on) for number in numbers}
    try:
        yield children
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_the_foreground() -> bool:
    """Whether a terminal's keys reach this process and those that it has started."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
