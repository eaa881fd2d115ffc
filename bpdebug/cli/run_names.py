"""What a person may call a recorded run: a path, its name, the start of its name, or `last`."""

from __future__ import annotations

import os
from pathlib import Path

from ..errors import NotALog
from .run_directory import runs_directory

__all__ = ["RUN_HELP", "UNPACKED_RUN_HELP", "find_run", "run_called", "short_name"]

LATEST = "last"
UNPACKED_RUN_HELP = f"the recorded run: its directory, its name or the start of it, or {LATEST!r}"
RUN_HELP = f"{UNPACKED_RUN_HELP}; or a packed file"


def find_run(name: str) -> Path | None:
    """The run that a command names; None where there is none.

    What lies at this path comes first; then a run of this name in one of the default places, the newest whose name
    begins so, and for `last` the newest of all.
    """
    if os.path.lexists(name):
        return Path(name)
    if os.sep in name or not name:
        return None
    from .recorded_runs import (  # brings NumPy, for which a command's help doesn't wait
        default_places,
        runs_in,
    )

    runs = [run for place in default_places() for run in runs_in(place)]
    for run in runs:
        if run.name == name:
            return run
    start = "" if name == LATEST else name
    return max((run for run in runs if run.name.startswith(start)), key=_begun, default=None)


def run_called(name: str) -> Path:
    """As `find_run`; a path of several parts is taken as it is.

    Raises:
        NotALog: there is no such run; says what can be done.
    """
    run = Path(name) if os.sep in name else find_run(name)
    if run is not None:
        return run
    if name == LATEST:
        raise NotALog(f"{LATEST}: no run has been recorded yet; bpdebug run SCRIPT records one")
    raise NotALog(
        f"{name}: there is no such directory, and no recorded run whose name begins so; bpdebug runs lists them"
    )


def short_name(directory: Path) -> str:
    """What a command may call a run: its name alone where runs are recorded by default, else its path."""
    return directory.name if directory.parent == runs_directory() else str(directory)


def _begun(run: Path) -> tuple[int, str]:
    from ..log.schema import RUN_FILE

    try:
        return (run / RUN_FILE).stat().st_mtime_ns, run.name
    except OSError:
        return 0, run.name
