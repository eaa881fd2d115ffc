"""Unpacks a packed run, which may come from anyone.

Nothing is written but plain files with the names that a run has, into a new directory of ours: no paths, no links,
no more bytes than were announced, and no more than the disk has room for. The zeros of tensors, which a small pack may
have without end, take no room: they become holes in the files. Of all else there is a limit to what a small file may
become.
"""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from ..errors import LogError, NotALog
from ..log.schema import RUN_FILE
from ..text import bytes_text, clean
from .files import is_file_of_run
from .holes import write_with_holes

__all__ = ["unpack_run"]

_PIECE = 1 << 20
_BEGINNING = b"PK\3\4"
"""Of a zip archive with files in it, whose table stands at its end."""
_MAX_FILES = 100_000
_FREE_BYTES = 1 << 30
"""Room that must stay on the disk; where there is less than twice as much, half of what there is."""
_PLENTY_BYTES = 1 << 30
_MAX_RATIO = 200
"""With more than plenty of bytes beside tensors' zeros, and this many times the packed ones, it is a bomb."""
_DEFLATE_RATIO = 1032
"""Deflate can't pack closer: two bits for 258 bytes."""
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def unpack_run(packed: Path, directory: Path, tell: Callable[[int, int], None] | None = None) -> None:
    """Write the files of the packed run into `directory`, which exists and is empty.

    Args:
        packed: the file.
        directory: where to.
        tell: is told bytes done and bytes in all.

    Raises:
        NotALog: the file isn't a packed run.
        LogError: it is damaged, or its files don't fit.
        OSError: it can't be read, or its files can't be written.
    """
    try:
        with _opened(packed) as archive:
            members = archive.infolist()
            size = _checked_size(packed, members, directory)
            unpacking = _Unpacking(packed, archive, directory)
            for member in members:
                unpacking.unpack(member, None if tell is None else lambda done: tell(done, size))
    except _DAMAGED as error:
        raise LogError(f"{packed}: this packed run is damaged: {clean(str(error))}") from error


def _opened(packed: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(packed)
    except _DAMAGED as error:
        with packed.open("rb") as file:
            if file.read(len(_BEGINNING)) == _BEGINNING:
                raise LogError(
                    f"{packed}: this archive is cut off: its end is missing; copy it again from where it came"
                ) from error
        raise NotALog(f"{packed}: this file is no packed run: {clean(str(error))}") from error


def _checked_size(packed: Path, members: list[zipfile.ZipInfo], directory: Path) -> int:
    """The bytes that its files say they have, if they may be unpacked."""
    names = [member.filename for member in members]
    if RUN_FILE not in names:
        raise NotALog(f"{packed}: this archive holds no run ({RUN_FILE} is missing)")
    for member in members:
        _check_member(packed, member)
    if len(set(names)) < len(names) or len(names) > _MAX_FILES:
        raise NotALog(f"{packed}: it holds a file twice, or far too many")
    size, packed_size = sum(member.file_size for member in members), packed.stat().st_size
    for member in members:
        if not 0 <= member.header_offset < packed_size:
            raise zipfile.BadZipFile(f"{member.filename} can't begin at byte {member.header_offset}")
    if sum(member.compress_size for member in members) > packed_size:
        raise NotALog(f"{packed}: its files overlap; nothing was unpacked")
    free = shutil.disk_usage(directory).free
    if size > max(free - _FREE_BYTES, free // 2):
        raise LogError(
            f"{packed}: unpacked it has {bytes_text(size)}, and the disk of {directory.parent} has"
            f" {bytes_text(free)} left"
        )
    return size


def _check_member(packed: Path, member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    if not is_file_of_run(member.orig_filename) or kind not in (0, stat.S_IFREG):
        raise NotALog(
            f"{packed}: {clean(member.orig_filename)!r} in it is no file of a run; nothing was unpacked"
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
        raise NotALog(f"{packed}: {member.filename} in it is encrypted, or packed in another way")
    most = member.compress_size
    if member.compress_type == zipfile.ZIP_DEFLATED:
        most = (most + 1) * _DEFLATE_RATIO
    if member.file_size > most:
        raise LogError(
            f"{packed}: {member.filename} in it can't become {bytes_text(member.file_size)}, as it says,"
            f" from {bytes_text(member.compress_size)}; nothing was unpacked"
        )


class _Unpacking:
    """The files of one archive, on their way to the disk."""

    def __init__(self, packed: Path, archive: zipfile.ZipFile, directory: Path) -> None:
        self._packed = packed
        self._packed_size = packed.stat().st_size
        self._archive = archive
        self._directory = directory
        self._done = 0
        self._counted = 0
        """Bytes that are no zeros of tensors."""

    def unpack(self, member: zipfile.ZipInfo, tell: Callable[[int], None] | None) -> None:
        """Write one file, whole, and nothing that it didn't announce."""
        target = os.open(
            self._directory / member.filename,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            0o600,
        )
        written, may_be_zeros = 0, member.filename.endswith(".seg")
        with os.fdopen(target, "wb", buffering=0) as file, self._archive.open(member) as source:
            while piece := source.read(_PIECE):
                written += len(piece)
                if written > member.file_size:
                    raise ValueError(f"{member.filename} is longer than it says")
                filled = write_with_holes(file.fileno(), piece)
                self._counted += filled if may_be_zeros else len(piece)
                self._check_counted()
                self._done += len(piece)
                if tell is not None:
                    tell(self._done)
            file.truncate(written)  # a hole at the end
        if written != member.file_size:
            raise ValueError(f"{member.filename} is cut off")

    def _check_counted(self) -> None:
        if self._counted > max(_PLENTY_BYTES, _MAX_RATIO * self._packed_size):
            raise LogError(
                f"{self._packed}: {bytes_text(self._packed_size)} that become more than"
                f" {bytes_text(self._counted)}: surely no run.\n"
                "If it is one after all, unpack it by hand (unzip) and open the directory."
            )
