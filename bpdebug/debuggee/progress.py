"""The progress line of a run without a screen: on stderr where that is a terminal, and never in the script's way.

It is drawn by the script's own process, the only one that knows what the script has just written: the line stands only
where the cursor is at the start of a line, and goes before the script writes.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ..log.schema import EventFlag, Kind
from .streams import Output

__all__ = ["SHOWN", "Progress"]

_INTERVAL_S = 0.2
_QUIET_S = 0.1
"""How long after output the line may come back: a program behind a pipe shows it a little later."""
_MOST_LOSSES = 1 << 16
_STDERR = 2
_ERASE = b"\r\x1b[K"


SHOWN = 1 << int(Kind.reported)
"""What it has to be called with, as `Emitter.shown` says it."""


class Progress:
    """Says now and then how far a run is.

    Args:
        output: of the script.
        is_loss: whether what is reported under a label (a text id) is the loss.
        reached: how many events there are, and the iteration of the last of them.
    """

    def __init__(
        self,
        output: Output,
        is_loss: Callable[[int], bool],
        reached: Callable[[], tuple[int, int]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = output
        self._is_loss = is_loss
        self._reached = reached
        self._clock = clock
        self._began = clock()
        self._drawn_count = 0
        self._loss: float | None = None
        self._losses: deque[tuple[int, float]] = deque(maxlen=_MOST_LOSSES)
        """Number of the event and value of those that were reported after the events that were told last."""
        self._shown = False
        self._output_at = self._began
        self._ended = threading.Event()
        output.before_passing_on = self._make_way

    def __call__(self, header: Mapping[str, Any]) -> None:
        """Note the loss, if the event with this header reports it."""
        if (
            header["kind"] == Kind.reported
            and header["flags"] & EventFlag.value
            and self._is_loss(header["label"])
        ):
            self._losses.append((header["seq"], header["value"]))

    def start(self) -> None:
        """Draw from a daemon thread until `stop`."""
        threading.Thread(target=self._draw_now_and_then, name="bpdebug-progress", daemon=True).start()

    def stop(self) -> None:
        """Take the line away for good."""
        self._ended.set()
        with self._output.lock:
            self._hide()

    def line(self) -> str:
        """How far the run is: events, iteration and loss are those of one moment."""
        count, iteration = self._reached()
        while self._losses and self._losses[0][0] < count:
            self._loss = self._losses.popleft()[1]
        rate = count / max(self._clock() - self._began, 1e-9)
        parts = [f"{count:,} events", f"iteration {iteration}"]
        if self._loss is not None:
            parts.append(f"loss {self._loss:.6g}")
        return " · ".join([*parts, f"{rate:,.0f} events/s"])

    def _draw_now_and_then(self) -> None:
        while not self._ended.wait(_INTERVAL_S):
            with self._output.lock:
                # Nothing new: the script may be waiting for a person to type, right where the line would be.
                count, _ = self._reached()
                news = count != self._drawn_count
                quiet = self._clock() - self._output_at >= _QUIET_S
                if news and quiet and self._output.at_line_start and not self._ended.is_set():
                    self._drawn_count = count
                    self._draw()

    def _draw(self) -> None:
        with contextlib.suppress(OSError):  # the terminal went away
            width = os.get_terminal_size(_STDERR).columns
            os.write(_STDERR, _ERASE + self.line()[: width - 1].encode())
            self._shown = True

    def _make_way(self) -> None:
        self._output_at = self._clock()
        self._hide()

    def _hide(self) -> None:
        if self._shown:
            self._shown = False
            with contextlib.suppress(OSError):
                os.write(_STDERR, _ERASE)
