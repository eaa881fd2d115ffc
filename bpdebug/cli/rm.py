"""`bpdebug rm`: remove recorded runs, and nothing else."""

from __future__ import annotations

import argparse
import os
import stat
import sys
from pathlib import Path

from ..errors import LogError, UsageError
from ..log.being_written import is_being_written
from ..log.run_file import read_run_file
from ..packing import is_file_of_run
from ..text import bytes_text, clean, count_text
from .recorded_runs import size_of
from .run_names import find_run
from .telling import tell

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.add_argument(
        "runs", metavar="RUN", nargs="+", help="a recorded run: its directory, or its whole name"
    )
    parser.add_argument("--yes", action="store_true", help="don't ask")


def execute(options: argparse.Namespace) -> int:
    """Remove the runs, all or none; returns the exit status.

    Raises:
        BpdebugError: one of them is no run, is being written, or can't be removed.
    """
    named = [_exactly(run) for run in options.runs]
    for directory in named:
        _check(directory)
    directories = list({_absolute(directory): directory for directory in named}.values())
    size = bytes_text(sum(size_of(directory) for directory in directories))
    if not options.yes:
        if not sys.stdin.isatty():
            raise UsageError("rm asks before it removes anything, and stdin is no terminal; say --yes")
        which = ", ".join(clean(str(directory)) for directory in directories)
        sys.stderr.write(f"Remove {count_text(len(directories), 'run')} ({size}): {which}? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            tell("nothing was removed")
            return 1
    for directory in directories:
        _remove(directory)
    tell(f"{count_text(len(directories), 'run')} removed, {size}")
    return 0


def _exactly(name: str) -> Path:
    """The run at this path or of this name; what removes takes no start of a name."""
    run = find_run(name)
    if run is not None and run.name != name and not os.path.lexists(name):
        raise UsageError(
            f"{name}: rm takes the whole name of a run; the newest one that is meant so is {run.name}"
        )
    return run if run is not None and run.name == name else Path(name)


def _check(directory: Path) -> None:
    if directory.is_symlink():
        raise UsageError(f"{directory}: this is a link; name the directory itself")
    read_run_file(directory)
    if is_being_written(directory):
        raise UsageError(f"{directory}: this run is being written; end its script first")
    for folder in (directory, _absolute(directory).parent):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise LogError(f"{directory}: can't be removed: {folder} may not be changed; nothing was removed")
    with os.scandir(directory) as entries:
        for entry in entries:
            if not is_file_of_run(entry.name) or not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
                raise UsageError(
                    f"{directory}: {clean(entry.name)!r} in it is no file of a run; nothing was removed"
                )


def _absolute(directory: Path) -> Path:
    """The same by a name that the system removes: it doesn't remove `.`, and `..` is no name to go up from."""
    return Path(os.path.realpath(directory))


def _remove(directory: Path) -> None:
    """Remove the files by their names in the opened directory, then the directory."""
    try:
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            # What makes it a run goes last, so that an interrupted removal can be repeated.
            for name in sorted(os.listdir(opened), key=lambda name: name == "run.json"):
                if is_file_of_run(name):
                    os.unlink(name, dir_fd=opened)
        finally:
            os.close(opened)
        _absolute(directory).rmdir()
    except OSError as error:
        raise LogError(f"{directory}: can't be removed: {error.strerror or error}") from error
