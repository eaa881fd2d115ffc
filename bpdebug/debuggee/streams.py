"""The script's stdout and stderr: recorded as events in the order of writing, and passed on unchanged.

The streams stay what a script expects: text streams with `.buffer`, `fileno()`, `isatty()` and `reconfigure()`.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import stat
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["RECORDED_OUTPUT_LIMIT", "Output"]

RECORDED_OUTPUT_LIMIT = 16 * 1024 * 1024
"""Characters of output that a log keeps; what comes later is passed on but not recorded, and the log says so."""

_LARGEST_EVENT = 64 * 1024
"""Characters without a line end that are held back at most, so that a flood on one line can't fill the memory."""

_STDERR = 2
_LIMIT_NOTE = "\n[bpdebug: the script printed more than 16 MiB; from here on its output is not recorded]\n"


class Output:
    """Both streams together, because what they say is recorded in one order.

    An event is made of what was written until a line ended, a stream was flushed, the other stream was written to, or
    another event happened (`settle`): a progress bar is one event a refresh, not one a character.
    """

    def __init__(
        self, record: Callable[[str, str], None], pass_on: bool, limit: int = RECORDED_OUTPUT_LIMIT
    ) -> None:
        """`record(stream, text)` keeps an event; `pass_on` also writes to the process's own stdout and stderr."""
        self._record = record
        self._pass_on = pass_on
        self._left = limit
        self.recording = True
        """Whether text is still wanted: no more after the limit, and after `stop`."""
        self._stream = ""
        self.unsettled: list[str] = []
        """What was written and isn't recorded yet: the same list all the time."""
        self._pending_size = 0
        self.lock = threading.RLock()
        """Held while bytes are passed on; whoever else draws on the terminal takes it too."""
        self.before_passing_on: Callable[[], None] | None = None
        """Called, with the lock held, before bytes go to where a person may see them."""
        self.at_line_start = True
        """Whether the last byte that went there ended a line."""
        self.line_is_open = False
        """Whether the script left a line without its end where stderr goes, in which others would go on writing."""

    def install(self) -> None:
        """Replace `sys.stdout` and `sys.stderr` (those that there are)."""
        for name in ("stdout", "stderr"):
            stream = getattr(sys, name)
            if stream is None:  # the process was started with the descriptor closed
                continue
            settings = {
                "encoding": stream.encoding if self._pass_on else "utf-8",
                "errors": stream.errors,
                "newline": "",
                "write_through": True,  # bytes come here at once; the buffer below keeps what it would have kept
            }
            by_line = stream.line_buffering
            stream.flush()
            # Detached, so that the end of the old text stream doesn't close the buffer under the new one.
            buffer = _RecordedBuffer(stream.detach(), name, settings["encoding"], by_line, self)
            recorded = io.TextIOWrapper(buffer, **settings)
            recorded.mode = "w"  # type: ignore[misc]
            setattr(sys, name, recorded)
            setattr(sys, f"__{name}__", recorded)

    def settle(self) -> None:
        """Record what was written so far, so that a coming event stands after it."""
        if self.unsettled:
            with self.lock:
                taken = self._take()
            self._keep(taken)

    def end_line(self) -> None:
        """End the line that the script left open where stderr goes, such as a progress bar."""
        with self.lock:
            if self.line_is_open:
                self.line_is_open = False
                with contextlib.suppress(OSError):
                    os.write(_STDERR, b"\n")

    def stop(self, forked: bool = False) -> None:
        """Record no more; from now on everything is passed on, also where the screen kept it.

        A forked process forgets what its parent still held back: the parent records it.
        """
        if forked:
            self.lock = threading.RLock()  # another thread of the parent may have held it
            self.unsettled.clear()
        self.settle()
        self.recording, self._pass_on = False, True

    # ---- called by the buffers ----------------------------------------------------------------------------

    def written(self, stream: str, buffer: _RecordedBuffer, data: bytes, text: str) -> None:
        """`data`, which says `text`, was written to `buffer` of `stream`."""
        taken: list[tuple[str, str]] = []
        with self.lock:
            if self._pass_on:
                if buffer.seen and data:
                    if self.before_passing_on is not None:
                        self.before_passing_on()
                    self.at_line_start = data.endswith(b"\n")
                if buffer.goes_to_stderr and data:
                    self.line_is_open = not data.endswith(b"\n")
                buffer.pass_on(data)
            if self.recording and text:
                if stream != self._stream:
                    taken += self._take()
                    self._stream = stream
                self.unsettled.append(text)
                self._pending_size += len(text)
                if text.endswith("\n") or self._pending_size >= _LARGEST_EVENT:
                    taken += self._take()
        self._keep(taken)

    def _take(self) -> list[tuple[str, str]]:
        text = "".join(self.unsettled)
        self.unsettled.clear()
        self._pending_size = 0
        return [(self._stream, text)] if text else []

    def _keep(self, taken: list[tuple[str, str]]) -> None:
        # Without the lock: recording may wait (for the debugger, or for another thread that is about to print).
        for stream, text in taken:
            if not self.recording:
                continue
            self._left -= len(text)
            if self._left <= 0:
                text = text[: len(text) + self._left] + _LIMIT_NOTE
                self.recording = False
            self._record(stream, text)


def _may_be_seen(buffer: Any) -> bool:
    """Whether what is written may show on a terminal: it is one, or a pipe to a program that may write to one."""
    try:
        return bool(buffer.isatty()) or stat.S_ISFIFO(os.fstat(buffer.fileno()).st_mode)
    except (OSError, ValueError):
        return False


def _goes_to_stderr(buffer: Any) -> bool:
    """Whether what is written comes where stderr goes: it is stderr, or the same terminal, pipe or file."""
    try:
        return os.path.samestat(os.fstat(buffer.fileno()), os.fstat(_STDERR))
    except (OSError, ValueError):
        return False


class _RecordedBuffer(io.BufferedIOBase):
    """What `sys.stdout.buffer` is: the process's own buffer, and a listener on what goes into it."""

    def __init__(self, under: Any, stream: str, encoding: str, by_line: bool, output: Output) -> None:
        self._under = under
        self._stream = stream
        self._by_line = by_line
        self._output = output
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self.seen = _may_be_seen(under)
        self.goes_to_stderr = _goes_to_stderr(under)

    def write(self, data: Any) -> int:
        if self.closed:
            raise ValueError("write to closed file")
        data = bytes(data)
        text = self._decoder.decode(data) if self._output.recording else ""
        self._output.written(self._stream, self, data, text)
        return len(data)

    def pass_on(self, data: bytes) -> None:
        """Write as the process's own stream would have."""
        self._under.write(data)
        # Here, not as `line_buffering` of the text stream: that flushes as a script does, and a flush ends an event.
        if self._by_line and (b"\n" in data or b"\r" in data):
            self._under.flush()

    def flush(self) -> None:
        if self.closed:
            raise ValueError("flush of closed file")
        with self._output.lock:
            self._under.flush()
        self._output.settle()

    def close(self) -> None:
        if not self.closed:
            try:
                self.flush()
            finally:
                super().close()
                self._under.close()

    def detach(self) -> Any:
        raise io.UnsupportedOperation("detach: the stream is recorded by bpdebug")

    @property
    def line_is_open(self) -> bool:
        """As `Output.line_is_open`, for those of us that know the stream alone."""
        return self._output.line_is_open

    @property
    def raw(self) -> Any:
        return getattr(self._under, "raw", self._under)

    @property
    def name(self) -> Any:
        return self._under.name

    @property
    def mode(self) -> Any:
        return self._under.mode

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return bool(self._under.seekable())

    def tell(self) -> int:
        return int(self._under.tell())

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._under.seek(offset, whence))

    def fileno(self) -> int:
        return int(self._under.fileno())

    def isatty(self) -> bool:
        return bool(self._under.isatty())
