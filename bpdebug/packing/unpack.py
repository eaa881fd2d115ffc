"""Unpacks a packed run, which may come from anyone.

Nothing is written but plain files with the names that a run has, into a new directory of ours: no paths, no links,
no more bytes than were announced, and no more than the disk has room for.
"""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from pathlib import Path

from ..errors import LogError, NotALog
from ..log.schema import RUN_FILE
from ..text import bytes_text, clean
from .files import is_file_of_run

__all__ = ["unpack_run"]

_PIECE = 1 << 20
_MAX_FILES = 100_000
_FREE_BYTES = 1 << 30
"""Room that must stay on the disk."""
_PLENTY_BYTES = 4 << 30
_MAX_RATIO = 200
"""What is bigger than plenty, and this many times bigger than its packed form, is no run but a bomb."""


def unpack_run(packed: Path, directory: Path) -> None:
    """Write the files of the packed run into `directory`, which exists and is empty.

    Raises:
        NotALog: the file isn't a packed run.
        LogError: it is damaged, or its files don't fit.
    """
    try:
        with zipfile.ZipFile(packed) as archive:
            members = archive.infolist()
            _check(packed, members, directory)
            for member in members:
                _unpack(archive, member, directory)
    except zipfile.BadZipFile as error:
        raise NotALog(f"{packed}: this file is no packed run: {clean(str(error))}") from error
    except (zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise LogError(f"{packed}: this packed run is damaged: {clean(str(error))}") from error
    except OSError as error:
        raise LogError(f"{packed}: can't unpack it: {clean(str(error.strerror or error))}") from error


def _check(packed: Path, members: list[zipfile.ZipInfo], directory: Path) -> None:
    names = [member.filename for member in members]
    if RUN_FILE not in names:
        raise NotALog(f"{packed}: this archive holds no run ({RUN_FILE} is missing)")
    for member in members:
        kind = stat.S_IFMT(member.external_attr >> 16)
        if not is_file_of_run(member.orig_filename) or kind not in (0, stat.S_IFREG):
            raise NotALog(
                f"{packed}: {clean(member.orig_filename)!r} in it is no file of a run; nothing was unpacked"
            )
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
            raise NotALog(f"{packed}: {member.filename} in it is encrypted, or packed in another way")
    if len(set(names)) < len(names) or len(names) > _MAX_FILES:
        raise NotALog(f"{packed}: it holds a file twice, or far too many")
    size, packed_size = sum(member.file_size for member in members), packed.stat().st_size
    if sum(member.compress_size for member in members) > packed_size:
        raise NotALog(f"{packed}: its files overlap; nothing was unpacked")
    if size > _PLENTY_BYTES and size > _MAX_RATIO * packed_size:
        raise LogError(
            f"{packed}: {bytes_text(packed_size)} that would become {bytes_text(size)}: surely no run.\n"
            "If it is one after all, unpack it by hand (unzip) and open the directory."
        )
    free = shutil.disk_usage(directory).free
    if size > free - _FREE_BYTES:
        raise LogError(
            f"{packed}: it takes {bytes_text(size)}, and {directory} has room for {bytes_text(free)}"
        )


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, directory: Path) -> None:
    target = os.open(
        directory / member.filename,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
        0o600,
    )
    with os.fdopen(target, "wb") as file, archive.open(member) as source:
        written = 0
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > member.file_size:
                raise ValueError(f"{member.filename} is longer than it says")
            file.write(piece)
    if written != member.file_size:
        raise ValueError(f"{member.filename} is cut off")
