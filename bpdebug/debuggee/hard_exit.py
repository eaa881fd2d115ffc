"""What ends a process, or its program, at once: the log gets on disk first, so that the last events aren't lost."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from typing import Any

__all__ = ["flush_before_hard_exit"]

_AT_ONCE = ("_exit", "abort", "execv", "execve")
"""Functions of `os`, by which its other ones of the family `exec` do it, too."""


def flush_before_hard_exit(flush: Callable[[], None]) -> None:
    """Let each of `_AT_ONCE` call `flush` first, in this process only: forked ones end as they always did."""
    pid = os.getpid()

    def flushing(end: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(end)
        def flush_and_end(*args: Any, **kwargs: Any) -> Any:
            if os.getpid() == pid:
                with contextlib.suppress(Exception):
                    flush()
            return end(*args, **kwargs)

        return flush_and_end

    for name in _AT_ONCE:
        end = getattr(os, name)
        setattr(os, name, flushing(end))
        if end in os.supports_fd:
            os.supports_fd.remove(end)
            os.supports_fd.add(getattr(os, name))
