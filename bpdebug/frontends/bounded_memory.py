"""Bounds what a recorded op may allocate when it is computed again: a damaged log can ask for any size."""

from __future__ import annotations

import contextlib
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

__all__ = ["bounded_memory"]

_MORE_BYTES = 4 << 30
_STATUS = Path("/proc/self/statm")

_lock = threading.Lock()
_users = 0
_limits_before = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@contextlib.contextmanager
def bounded_memory(more_bytes: int = _MORE_BYTES) -> Iterator[None]:
    """Inside, the process gets at most so much more memory: what asks for more meets a MemoryError.

    The limit is the whole process's, so it leaves room for what other threads do meanwhile. Where the system doesn't
    tell how much is in use, nothing is bounded.
    """
    global _users, _limits_before
    with _lock:
        _users += 1
        if _users == 1:
            _limits_before = resource.getrlimit(resource.RLIMIT_AS)
            _limit(more_bytes)
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                resource.setrlimit(resource.RLIMIT_AS, _limits_before)


def _limit(more_bytes: int) -> None:
    try:
        pages = int(_STATUS.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return
    wanted = pages * resource.getpagesize() + more_bytes
    soft, hard = _limits_before
    if soft == resource.RLIM_INFINITY or wanted < soft:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
