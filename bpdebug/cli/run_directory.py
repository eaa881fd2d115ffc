"""Where a new run is recorded."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterable
from pathlib import Path

from ..errors import LogError, RunDirectoryExists

__all__ = ["choose_directory", "free_name", "missing_folders", "remove_empty", "runs_directory"]


def runs_directory() -> Path:
    """Where runs go that no `--log` names: `bpdebug/runs` in the XDG state directory of the user."""
    base = os.environ.get("XDG_STATE_HOME", "")
    state = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".local" / "state"
    return state / "bpdebug" / "runs"


def choose_directory(script: str, wanted: str | None, now: datetime.datetime | None = None) -> Path:
    """Make the empty directory that a run of `script` is to be recorded to.

    Args:
        script: names the directory, together with the time, where `wanted` is None.
        wanted: what the person asked for.
        now: the local time.

    Raises:
        RunDirectoryExists: there is something in the directory already.
        LogError: it can't be made.
    """
    if wanted is None:
        time = (now or datetime.datetime.now()).strftime("%Y%m%d-%H%M%S")
        directory = runs_directory() / f"{Path(script).stem}-{time}"
    else:
        directory = Path(wanted)
        _check_is_free(directory)
    try:
        if wanted is None:
            directory = _make_new(directory)
        else:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(None, "Permission denied")
    except OSError as error:
        raise LogError(
            f"{directory}: can't record there: {error.strerror or error}; say where with --log DIR"
        ) from error
    return directory


def _make_new(directory: Path) -> Path:
    """Make `directory`, or `directory-2` ..., which nobody else has made: several runs may begin in one second."""
    missing = [parent for parent in directory.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)
    while True:
        free = free_name(directory)
        try:
            free.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return free


def free_name(directory: Path) -> Path:
    """`directory`, or the first of `directory-2`, `directory-3` ... that doesn't exist."""
    candidate, number = directory, 2
    while os.path.lexists(candidate):
        candidate = directory.with_name(f"{directory.name}-{number}")
        number += 1
    return candidate


def missing_folders(wanted: str) -> list[Path]:
    """Of a directory and those that it is in, which aren't there yet, the innermost first."""
    directory = Path(wanted)
    return [folder for folder in (directory, *directory.parents) if not os.path.lexists(folder)]


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove what was made for a run that never began, up to the first that isn't empty."""
    with contextlib.suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _check_is_free(directory: Path) -> None:
    try:
        if not directory.is_dir():
            if directory.exists():
                raise RunDirectoryExists(f"{directory}: a run is recorded to a directory, and this is a file")
            return
        names = os.listdir(directory)
    except OSError as error:
        raise LogError(f"{directory}: can't record there: {error.strerror or error}") from error
    if names:
        from ..log.schema import RUN_FILE  # brings NumPy, for which a run that can start doesn't wait here

        what = "already holds a run" if RUN_FILE in names else "is not empty"
        raise RunDirectoryExists(
            f"{directory}: this directory {what}, and a run never overwrites anything; try --log {free_name(directory)}"
        )
