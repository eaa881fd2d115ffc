"""`os._exit` ends a process at once, and `os.exec...` makes another program of it.

Here the log gets on disk first, so that the last events aren't lost.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from typing import Any

__all__ = ["flush_before_hard_exit"]

_ENDS = ("_exit", "abort", "execv", "execve")
"""All that end a process without its exit handlers: the other `os.exec...` call one of these."""


def flush_before_hard_exit(flush: Callable[[], None]) -> None:
    """Let these functions of `os` call `flush` first, in this process only: forked ones end as they always did."""
    pid = os.getpid()

    def flushing(end_process: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(end_process)
        def flush_and_end(*args: Any, **keywords: Any) -> Any:
            if os.getpid() == pid:
                with contextlib.suppress(Exception):
                    flush()
            return end_process(*args, **keywords)

        return flush_and_end

    for name in _ENDS:
        setattr(os, name, flushing(getattr(os, name)))
