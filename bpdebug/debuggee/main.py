"""Put the child together: engine, log, recorder, gate, output; run the script; end as Python would.

What is imported here at the top must be light: `atexit` runs its callbacks last in, first out, so ours is registered
before any library and any script gets to register theirs, and the log is closed after all of them.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from collections.abc import Callable, Collection
from typing import NoReturn

__all__ = ["main"]

_at_the_very_end: list[Callable[[], None]] = []


@atexit.register
def _end() -> None:
    for callback in _at_the_very_end:
        callback()


def _interrupted() -> NoReturn:
    """End by Ctrl-C before the script has begun, without a traceback of ours."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGINT)
    os._exit(130)


def main(settings_json: str, script: str, args: list[str], modules_at_start: Collection[str]) -> None:
    """Run `script` with `args` as this process's program; leaves by the exception that the script leaves by."""
    try:
        from ..errors import BpdebugError
        from ..launch import ChildSettings
        from .run import Run
    except KeyboardInterrupt:
        _interrupted()
    try:
        run = Run(ChildSettings.from_json(settings_json), script)
    except KeyboardInterrupt:
        _interrupted()
    except BpdebugError as error:
        sys.stderr.write(f"bpdebug: {error}\n")
        sys.exit(error.exit_status)
    _at_the_very_end.append(run.finish)
    os.register_at_fork(after_in_child=run.forked)
    run.execute(args, modules_at_start)
