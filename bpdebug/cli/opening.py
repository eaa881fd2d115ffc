"""Opens a run that a command names: by its directory, its name, or as a packed file."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from ..errors import NotALog
from ..log.reader import LogReader
from .progress_bar import ProgressBar
from .run_names import run_called

__all__ = ["open_run"]


@contextmanager
def open_run(run: str) -> Iterator[LogReader]:
    """The run's log, as long as the context lasts.

    Raises:
        LogError: there is none, or it can't be unpacked.
    """
    path = run_called(run)
    if path.suffix == ".py" and path.is_file():
        raise NotALog(
            f"{path}: this is a script; to record a run of it: bpdebug run {shlex.quote(str(path))}"
        )
    if path.is_file():
        from ..packing import unpacked

        with ExitStack() as kept:
            with ProgressBar("unpacking") as bar:
                directory = kept.enter_context(unpacked(path, bar.tell))
            yield kept.enter_context(LogReader(directory))
    else:
        with LogReader(path) as reader:
            yield reader
