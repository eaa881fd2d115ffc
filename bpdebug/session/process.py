"""The script's process as the debugger holds it: its end of the socket, its output pipes, its end.

Light to import: the process is started before the slow imports of the screen begin.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path

from ..errors import SessionError
from ..launch import KEEP_ALL, CaptureOptions, ChildSettings, child_command

__all__ = ["RAW_OUTPUT_LIMIT", "RawOutput", "ScriptProcess"]

RAW_OUTPUT_LIMIT = 1 << 20
"""Bytes of unread raw output that are kept, the latest ones."""


class ScriptProcess:
    """A started child, in a process group of its own, with a socket to talk to it.

    Raises:
        SessionError: the process can't be started.
    """

    def __init__(
        self,
        script: str,
        args: list[str],
        log_directory: Path,
        real_chainer: bool,
        capture_output: bool,
        capture: CaptureOptions = KEEP_ALL,
    ):
        self.socket, theirs = socket.socketpair()
        settings = ChildSettings(
            log_directory=os.fspath(log_directory),
            control=theirs.fileno(),
            screen=capture_output,
            real_chainer=real_chainer,
            capture=capture,
            parent=os.getpid(),
        )
        pipe = subprocess.PIPE if capture_output else None
        try:
            self.popen = subprocess.Popen(
                child_command(settings, script, args),
                stdin=subprocess.DEVNULL if capture_output else None,
                stdout=pipe,
                stderr=pipe,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C in the terminal is for the debugger
                bufsize=0,
            )
        except OSError as error:
            self.socket.close()
            raise SessionError(
                f"{script}: the script's process can't be started: {error.strerror or error}"
            ) from error
        finally:
            theirs.close()

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the child and to what it has started; nothing where all are gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, number)

    def close(self) -> None:
        """Let go of socket and pipes."""
        self.socket.close()
        for pipe in (self.popen.stdout, self.popen.stderr):
            if pipe is not None:
                pipe.close()


class RawOutput:
    """The latest bytes that the child wrote past `sys.stdout`, in the order in which they came."""

    def __init__(self, limit: int = RAW_OUTPUT_LIMIT) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._lock = threading.Lock()

    def add(self, data: bytes) -> None:
        with self._lock:
            self._kept += data
            if len(self._kept) > self._limit:
                del self._kept[: len(self._kept) - self._limit]

    def peek(self) -> bytes:
        return bytes(self._kept)

    def take(self) -> bytes:
        """What was kept since the last time."""
        with self._lock:
            taken = bytes(self._kept)
            self._kept.clear()
            return taken
