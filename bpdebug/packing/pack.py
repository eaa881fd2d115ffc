"""Writes a run directory into one compressed file: a zip archive, so that anybody can look into it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from ..errors import ExportError, RunDirectoryExists
from ..log.regular_file import open_regular
from ..log.run_file import read_run_file
from ..log.schema import EVENT_INDEX_FILE, EVENTS_FILE, RUN_FILE
from .files import is_file_of_run

__all__ = ["pack_run"]

_PIECE = 1 << 20
_FIRST = (RUN_FILE, EVENT_INDEX_FILE, EVENTS_FILE)


def pack_run(
    directory: Path, target: Path, replace: bool = False, tell: Callable[[int, int], None] | None = None
) -> int:
    """Write the run in `directory` to the file `target`, for the user alone.

    The same run gives the same bytes. Of a run that is being written, what there is now is packed.

    Args:
        directory: of the run.
        target: the file; whole or not there at all.
        replace: overwrite a file that exists.
        tell: is told bytes done and bytes in all.

    Returns:
        The size of the file in bytes.

    Raises:
        LogError: there is no run in `directory`.
        RunDirectoryExists: `target` exists.
        ExportError: it can't be written, or something in `directory` isn't a regular file.
    """
    read_run_file(directory)
    if target.is_dir() or (target.exists() and not replace):
        raise RunDirectoryExists(f"{target}: this exists already; name another file, or say --force")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        file = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(file, "wb") as stream:
                _write(directory, stream, tell)
            os.replace(unfinished, target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        return target.stat().st_size
    except OSError as error:
        what = directory
        if error.filename is not None and Path(error.filename).parent == directory:
            what = Path(error.filename)
        raise ExportError(f"{target}: can't pack {what}: {error.strerror or error}") from error


def _write(directory: Path, stream: object, tell: Callable[[int, int], None] | None) -> None:
    written = False
    while not written:
        with ExitStack() as opened:
            files = _open_files(directory, opened)
            # The index is measured first: what it refers to was written before it, so the copy of a growing run is
            # whole, unless a segment was begun meanwhile.
            sizes = {name: os.fstat(file.fileno()).st_size for name, file in files.items()}
            if files.keys() >= set(_names(directory)):
                _write_files(files, sizes, stream, tell)
                written = True


def _names(directory: Path) -> list[str]:
    names = sorted(
        name for name in os.listdir(directory) if is_file_of_run(name) and not name.endswith(".new")
    )
    # Readers follow links, but what is sent must not be taken from elsewhere, nor be missing.
    for name in names:
        if (directory / name).is_symlink():
            raise ExportError(
                f"{directory}: {name} in it is a link, and only files are packed; put the file itself there"
            )
    names.sort(key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    return names


def _open_files(directory: Path, opened: ExitStack) -> dict[str, BinaryIO]:
    """All of them before the first is read: a flight recorder removes segments, which the log says before it does."""
    files: dict[str, BinaryIO] = {}
    for name in _names(directory):
        try:
            files[name] = opened.enter_context(os.fdopen(open_regular(directory / name), "rb"))
        except FileNotFoundError:
            if not name.endswith(".seg"):
                raise
    return files


def _write_files(
    files: dict[str, BinaryIO],
    sizes: dict[str, int],
    stream: object,
    tell: Callable[[int, int], None] | None,
) -> None:
    done, total = 0, sum(sizes.values())
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:  # type: ignore[call-overload]
        for name, source in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o100600 << 16
            with archive.open(info, "w", force_zip64=True) as packed:
                left = sizes[name]
                while left and (piece := source.read(min(left, _PIECE))):
                    packed.write(piece)
                    left -= len(piece)
                    done += len(piece)
                    if tell is not None:
                        tell(done, total)
