"""What the script does between two events, looked up when the debugger asks: a long op makes none until it is done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

from ..protocol import Activity

__all__ = ["activity_of"]


def activity_of(
    thread: int | None,
    latest: Mapping[str, Any] | None,
    began: float,
    go: int,
    is_user: Callable[[str], bool],
    running_op: Callable[[FrameType | None], str],
) -> Activity:
    """What goes on now.

    Args:
        thread: whose stack to look at, by `threading.get_ident()`; the main thread's where there is no such thread.
        latest: the header of the latest event, None where there is none yet.
        began: when the run went on after that, or when the event came if that was later, by `time.perf_counter`.
        go: the number of the latest `Go` that has come.
        is_user: whether code of a file is the user's.
        running_op: names the op on a stack.
    """
    frames = sys._current_frames()
    frame = frames.get(thread or 0) or frames.get(threading.main_thread().ident or 0)
    op = running_op(frame)
    user: FrameType | None = frame
    while user is not None and not is_user(user.f_code.co_filename):
        user = user.f_back
    return Activity(
        seq=-1 if latest is None else int(latest["seq"]),
        since_s=max(0.0, time.perf_counter() - began),
        go=go,
        op=op,
        path="" if user is None else user.f_code.co_filename,
        line=0 if user is None else user.f_lineno or 0,
    )
