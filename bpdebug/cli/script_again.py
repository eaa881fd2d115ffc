"""Runs a script again up to one of its events, and leaves it paused there: only it can compute its own functions."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import SessionError, UsageError
from .script_file import check_is_readable, syntax_error

if TYPE_CHECKING:
    from ..rerun import OpRunner
    from ..timeline import Timeline

__all__ = ["script_at"]

_END_S = 2.0


@contextmanager
def script_at(command: str, address: str) -> Iterator[tuple[Timeline, OpRunner]]:
    """Run a script until the event of this address has happened.

    Args:
        command: the script, and behind it what it takes, as a shell has it.

    Yields:
        The new recording, and what computes its ops again, the script's own among them.

    Raises:
        UsageError: there is no such script.
        SessionError: it did not come to such an event.
    """
    try:
        script, *args = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"--script {command}: a script, and behind it its arguments: {error}") from error
    check_is_readable(script)
    if told := syntax_error(script):
        raise UsageError(f"{script} can't be parsed: {told.strip()}")
    from ..frontends.engine_ops import EngineOps
    from ..log.reader import LogReader
    from ..session import Session
    from ..session.script_ops import ScriptOps
    from ..stepping import Breakpoint, UntilStop
    from ..timeline import Timeline

    with tempfile.TemporaryDirectory(prefix="bpdebug-explain-") as folder:
        session = Session.start(script, args, Path(folder) / "run")
        try:
            if session.wait_for("paused"):
                session.set_breakpoints([Breakpoint(address=address)])
                session.go(UntilStop())
                session.wait_for("paused")
            if session.paused_at is None:
                raise SessionError(f"{script} ended without coming to {address}: {session.why}")
            with LogReader(session.directory) as reader:
                if reader.address(session.paused_at) != address:
                    raise SessionError(f"{script} did not come to {address}: {session.why}")
                yield Timeline(reader), ScriptOps(session, EngineOps())
        finally:
            session.terminate()
            session.wait(_END_S)
