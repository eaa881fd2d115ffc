"""Timers that surely fire once.

Textual leaves out ticks that it is late for. Of a timer that ticks once that is the only one: when the processor is
elsewhere for longer than the delay, right as the timer starts, it never fires. On a busy machine a terminal's last size
was lost so, and the search for a stop went to sleep.
"""

from __future__ import annotations

from typing import Any

from textual.message_pump import MessagePump
from textual.timer import Timer

__all__ = ["SureTimers"]


class SureTimers(MessagePump):
    """Base of what waits for timers; stands before Textual's own class."""

    def set_timer(self, *args: Any, **options: Any) -> Timer:
        """As Textual's; fires late rather than never."""
        timer = super().set_timer(*args, **options)
        timer._skip = False  # its task, which reads it, has not begun
        return timer
