"""Reads `run.json`, which says whether the rest of a run directory can be read."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from ..errors import LogError, NewerLog, NotALog
from .plain import encode_line, utf8_text
from .regular_file import open_regular
from .schema import RUN_FILE, SCHEMA_VERSION
from .segment_writer import write_all

__all__ = ["RunFile", "add_to_run_file", "is_run_of", "read_run_file"]

_MOST_BYTES = 1 << 20
"""Of the file: ours has a few hundred."""
_MOST_WORDS = 200


class RunFile(msgspec.Struct, omit_defaults=True):
    """`run.json`: enough to know whether the rest can be read."""

    schema: int
    writer: str
    """Program and version, such as `bpdebug 0.1.0`."""
    created: str
    """ISO 8601, UTC."""
    script: str
    pid: int
    stopped: str = ""
    """Why recording stopped before the run was over, where it did."""
    ended: str = ""
    """How the process ended where it couldn't say so itself, as far as the one knows that had started it."""


class _Version(msgspec.Struct):
    """The one field of `run.json` that every version has."""

    schema: int
    writer: str = "a newer version"


def read_run_file(directory: Path) -> RunFile:
    """Who wrote the run in `directory`.

    Raises:
        NotALog: there is no run in it.
        NewerLog: the run has a schema that this version doesn't know.
    """
    if not directory.is_dir():
        what = "this is a file; a run is a directory" if directory.exists() else "there is no such directory"
        raise NotALog(f"{directory}: {what}")
    try:
        with os.fdopen(open_regular(directory / RUN_FILE), "rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as error:
        raise NotALog(f"{directory}: this directory holds no recorded run ({RUN_FILE} is missing)") from error
    except OSError as error:
        raise NotALog(f"{directory}: {RUN_FILE} can't be read: {error.strerror}") from error
    if len(text) > _MOST_BYTES:
        raise NotALog(f"{directory}: {RUN_FILE} isn't one of ours: it has more than {_MOST_BYTES:,} bytes")
    try:
        version = msgspec.json.decode(text, type=_Version)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise NotALog(f"{directory}: {RUN_FILE} isn't one of ours: {error}") from error
    if version.schema > SCHEMA_VERSION:
        raise NewerLog(
            f"{directory}: this run was written by {version.writer} in format {version.schema}; "
            f"this bpdebug reads formats up to {SCHEMA_VERSION}.\nUpdate bpdebug to open it."
        )
    if version.schema < 1:
        raise NotALog(f"{directory}: {RUN_FILE} names format {version.schema}, which never was")
    try:
        return msgspec.json.decode(text, type=RunFile)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise NotALog(f"{directory}: {RUN_FILE} is damaged: {error}") from error


def is_run_of(directory: Path, pid: int) -> bool:
    """Whether it is the process `pid` that has recorded what is in `directory`."""
    try:
        return read_run_file(directory).pid == pid
    except LogError:
        return False


def add_to_run_file(directory: Path, run: RunFile, field: str, words: str) -> None:
    """Leave word in a block that the file has already: a full disk has room for that.

    Args:
        directory: of the run.
        run: what the file says.
        field: of it, empty as are those behind it.
        words: what it is to say; of many the first ones.

    Raises:
        OSError: it can't be written.
    """
    told = msgspec.structs.replace(run, **{field: utf8_text(words)[:_MOST_WORDS]})
    same = len(encode_line(run)) - len(b"}\n")
    file = os.open(directory / RUN_FILE, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        write_all(file, encode_line(told)[same:], same)
    finally:
        os.close(file)
