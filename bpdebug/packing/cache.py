"""Unpacked runs, kept for a while in a directory of the user's own, so that looking twice unpacks once.

Each is locked while it is read; those that nobody has opened for some days are removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ..errors import LogError
from ..text import clean
from .unpack import unpack_run

__all__ = ["unpacked"]

_KEPT_S = 3 * 86400
_KEPT_RUNS = 8


@contextmanager
def unpacked(packed: Path, tell: Callable[[int, int], None] | None = None) -> Iterator[Path]:
    """The directory of the packed run, as long as the context lasts.

    Args:
        packed: the file.
        tell: while it is unpacked, is told bytes done and bytes in all.

    Raises:
        NotALog: the file isn't a packed run.
        LogError: it is damaged, or can't be unpacked.
    """
    root = _place()
    try:
        _make_ours(root)
        found = packed.stat()
        key = f"{packed.resolve()}\0{found.st_size}\0{found.st_mtime_ns}\0{found.st_ino}"
        name = hashlib.blake2b(os.fsencode(key), digest_size=16).hexdigest()
        _tidy(root, name)
        lock = None
        while lock is None:  # in vain where another one tidies at this very moment
            lock = _lock_unpacked(packed, root / name, tell)
    except OSError as error:
        reason = clean(error.strerror or str(error))
        if error.filename is not None and Path(error.filename) == packed:
            raise LogError(f"{packed}: can't be read: {reason}") from error
        raise LogError(
            f"{packed}: can't be unpacked in {root}: {reason}; XDG_CACHE_HOME may name another place"
        ) from error
    try:
        yield root / name
    finally:
        os.close(lock)


def _lock_unpacked(packed: Path, directory: Path, tell: Callable[[int, int], None] | None) -> int | None:
    """Unpack it unless it is there; gives what holds the lock on it, or None where somebody has removed it again."""
    path = _lock_of(directory)
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with ExitStack() as unless_kept:
        unless_kept.callback(os.close, lock)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_file_at(lock, path):
            return None
        if not directory.is_dir():
            _unpack(packed, directory, tell)
        os.utime(lock)
        fcntl.flock(lock, fcntl.LOCK_SH)  # which lets go of the other lock first
        if not _is_file_at(lock, path):
            return None
        unless_kept.pop_all()
        return lock


def _lock_of(directory: Path) -> Path:
    return directory.with_name(directory.name + ".lock")


def _is_file_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _unpack(packed: Path, directory: Path, tell: Callable[[int, int], None] | None) -> None:
    """Unpack beside it and rename, so that what is there is whole."""
    unfinished = _unfinished(directory)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        unfinished.mkdir(mode=0o700)
        unpack_run(packed, unfinished, tell)
        unfinished.rename(directory)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _unfinished(directory: Path) -> Path:
    return directory.with_name(directory.name + ".new")


def _place() -> Path:
    """Where the directory of all unpacked runs is, or will be."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if os.path.isabs(base) else Path(os.path.expanduser("~")) / ".cache"
    return home / "bpdebug" / "unpacked"


def _make_ours(root: Path) -> None:
    """Make the directory of all unpacked runs, ours alone.

    Raises:
        OSError: it can't be made.
        LogError: somebody else could write into it.
    """
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = root.lstat()
    if root.is_symlink() or found.st_uid != os.getuid():
        raise LogError(f"{root}: this directory is somebody else's; set XDG_CACHE_HOME to one of yours")
    if found.st_mode & 0o077:
        root.chmod(0o700)


def _tidy(root: Path, wanted: str) -> None:
    """Remove what nobody reads and nobody has opened for some time, and the oldest of too many."""
    locks = []
    for lock in root.glob("*.lock"):
        with contextlib.suppress(OSError):
            locks.append((lock.stat().st_mtime, lock))
    locks.sort(reverse=True)
    oldest = time.time() - _KEPT_S
    for place, (used, lock) in enumerate(locks):
        if lock.stem != wanted and (used < oldest or place >= _KEPT_RUNS):
            _remove(root, lock)


def _remove(root: Path, lock: Path) -> None:
    with contextlib.suppress(OSError):
        file = os.open(lock, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The lock file stays while its run is there; a new opener makes a new one.
            directory = root / lock.stem
            unfinished = _unfinished(directory)
            shutil.rmtree(unfinished, ignore_errors=True)
            if directory.is_dir():
                directory.rename(unfinished)  # so that nobody takes what is left of it for a run
            shutil.rmtree(unfinished, ignore_errors=True)
            lock.unlink()
        finally:
            os.close(file)
