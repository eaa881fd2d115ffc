"""`os._exit` ends a process at once; here the log gets on disk first, so that the last events aren't lost."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable

__all__ = ["flush_before_hard_exit"]


def flush_before_hard_exit(flush: Callable[[], None]) -> None:
    """Let `os._exit` call `flush` first, in this process only: forked ones end as they always did."""
    pid, end_process = os.getpid(), os._exit

    def _exit(status: int) -> None:
        if os.getpid() == pid:
            with contextlib.suppress(Exception):
                flush()
        end_process(status)

    os._exit = _exit  # type: ignore[assignment]
