"""The files of a run directory that is being written, but for its segments: made at once, and then appended to."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import operator
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .. import __version__
from ..errors import LogError, RunDirectoryExists
from .own_file import OwnFile, check_all
from .plain import encode_line, utf8_text
from .run_file import RunFile, add_to_run_file
from .schema import (
    DEFINITIONS_FILE,
    EVENT_INDEX,
    EVENT_INDEX_FILE,
    EVENTS_FILE,
    RUN_FILE,
    SCHEMA_VERSION,
    TENSOR_INDEX_FILE,
    TENSOR_STATISTICS_FILE,
)
from .segment_writer import Place, append_all, open_new, write_all
from .turns import TurnsInPython

__all__ = ["Portion", "Reached", "RunFiles"]

_NAMES = (
    TENSOR_STATISTICS_FILE,
    TENSOR_INDEX_FILE,
    DEFINITIONS_FILE,
    EVENTS_FILE,
    EVENT_INDEX_FILE,
)
"""What a new run has beside the file that says so, in the order in which they are appended to."""


class Portion(NamedTuple):
    """Bytes for the files of a run, in this order: what is referred to comes before what refers to it."""

    statistics: bytes = b""
    tensor_records: bytes = b""
    definitions: bytes = b""
    bodies: bytes = b""
    event_records: bytes = b""

    def of_events(self, count: int) -> Portion:
        """The same with so many of its events at most."""
        records = np.frombuffer(self.event_records, EVENT_INDEX)[: max(count, 0)]
        size = int(records["length"].sum(dtype=np.int64))
        return self._replace(bodies=self.bodies[:size], event_records=records.tobytes())


class Reached(NamedTuple):
    """How far the files are.

    Attributes:
        sizes: of each, in the order of a `Portion`.
        last_record: of the last event, empty where there is none.
    """

    sizes: tuple[int, ...]
    last_record: bytes = b""

    @property
    def events(self) -> int:
        """How many there are."""
        return self.sizes[-1] // EVENT_INDEX.itemsize

    def behind(self, portion: Portion) -> Reached:
        """Where they are when a portion is appended."""
        sizes = tuple(map(operator.add, self.sizes, map(len, portion)))
        return Reached(sizes, portion.event_records[-EVENT_INDEX.itemsize :] or self.last_record)


class RunFiles:
    """The open files of a run. For one thread.

    Args:
        directory: of the run.
        descriptors: of its files, in the order of a `Portion`.
        run: what the file says that says so.
    """

    def __init__(self, directory: Path, descriptors: list[int], run: RunFile) -> None:
        self.directory = directory
        self._descriptors = descriptors
        self._run = run
        self._own = [OwnFile(descriptor) for descriptor in descriptors]
        self.reached = Reached((0,) * len(descriptors))
        """How far they are."""

    @staticmethod
    def create(directory: str | os.PathLike[str], script: str) -> RunFiles:
        """Begin a run in `directory`, which is made where it doesn't exist.

        Args:
            directory: a new or an empty one.
            script: what is run, as the person named it.

        Raises:
            RunDirectoryExists: there is something in it already.
            LogError: it can't be made or written.
        """
        path = Path(directory)
        made: list[Path] = []
        descriptors: list[int] = []
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise FileExistsError
            # Who makes the first of them has the directory: others may begin at this moment.
            for name in _NAMES:
                descriptors.append(open_new(path / name))
                made.append(path / name)
            directory = os.path.abspath(path)  # the script may go elsewhere
            # As long as this lock is held, others know that the run is being written.
            with contextlib.suppress(OSError):
                fcntl.flock(descriptors[_NAMES.index(EVENT_INDEX_FILE)], fcntl.LOCK_EX | fcntl.LOCK_NB)
            made += [path / RUN_FILE, path / (RUN_FILE + ".new")]
            run = _write_run_file(path, script)
        except OSError as error:
            for descriptor in descriptors:
                os.close(descriptor)
            for file in made:
                with contextlib.suppress(OSError):
                    file.unlink()
            if isinstance(error, FileExistsError):
                raise _taken(path) from error
            raise LogError(f"{path}: can't write a log there: {error.strerror or error}") from error
        return RunFiles(Path(directory), descriptors, run)

    @property
    def written(self) -> tuple[int, int]:
        """How many events were written, and the iteration of the last of them."""
        count, record = self.reached.events, self.reached.last_record
        return count, int(np.frombuffer(record, EVENT_INDEX)["iteration"][0]) if count else 0

    def append(
        self,
        portion: Portion,
        turns: TurnsInPython | None = None,
        rest_s: float = 0.0,
        before: Place | None = None,
    ) -> None:
        """Write it behind what is there.

        Args:
            before: bytes of another file that are to be there first.
            turns: of the calling thread, which needs the interpreter no more for this one.
            rest_s: then wait so long for the next one, at most.

        Raises:
            OSError: the disk is full, or gone, or the files aren't ours any more; some of it may be there.
        """
        self._check()
        append_all(list(zip(self._descriptors, portion, strict=True)), turns, rest_s, before)
        self.reached = self.reached.behind(portion)

    @property
    def events_to_be_seen(self) -> int:
        """How many have a whole record on disk, those of a portion that was refused among them."""
        return os.fstat(self._descriptors[-1]).st_size // EVENT_INDEX.itemsize

    def cut(self, reached: Reached) -> None:
        """Be as far as that, where more was appended since, wholly or not.

        Raises:
            OSError: the disk is gone, or the files aren't ours any more.
        """
        self._check()
        # Backwards, so that nothing is there at any moment that refers to what isn't.
        for descriptor, size in reversed(list(zip(self._descriptors, reached.sizes, strict=True))):
            os.ftruncate(descriptor, size)
            os.lseek(descriptor, size, os.SEEK_SET)
        self.reached = reached

    def say_stopped(self, why: str) -> None:
        """Leave word that nothing more is recorded.

        Raises:
            OSError: it can't be written.
        """
        add_to_run_file(self.directory, self._run, "stopped", why)

    def close(self) -> None:
        """Close them, as far as they are ours."""
        for file in self._own:
            file.close()

    def _check(self) -> None:
        check_all(self._own)


def _taken(path: Path) -> RunDirectoryExists:
    if not path.is_dir():
        return RunDirectoryExists(f"{path}: a run needs a directory, and this is something else")
    return RunDirectoryExists(
        f"{path}: this directory isn't empty, and a run never overwrites anything.\n"
        "Choose another one with --log, or remove it."
    )


def _write_run_file(path: Path, script: str) -> RunFile:
    """Say that there is a run; a reader must never see half of this file."""
    run = RunFile(
        schema=SCHEMA_VERSION,
        writer=f"bpdebug {__version__}",
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        script=utf8_text(script),
        pid=os.getpid(),
    )
    unfinished = path / (RUN_FILE + ".new")
    file = open_new(unfinished)
    try:
        write_all(file, encode_line(run))
    finally:
        os.close(file)
    unfinished.rename(path / RUN_FILE)
    return run
