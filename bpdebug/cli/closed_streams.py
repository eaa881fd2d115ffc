"""Standard streams that were closed when the process began, as daemons and cron jobs may have them.

Python has None for them, which nothing can be written to, and the next file that is opened gets their descriptor: what
a script writes to descriptor 1 would then go into its log.
"""

from __future__ import annotations

import os
import sys

__all__ = ["open_closed_streams"]


def open_closed_streams(discard_output: bool) -> None:
    """Put the null device in the place of each standard stream that is closed.

    Args:
        discard_output: whether what is written to a closed stdout may be lost; else that fails, as it does for
            other programs: it is what was asked for.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        only_read = number == 0 or (number == 1 and not discard_output)
        descriptor = os.open(os.devnull, os.O_RDONLY if only_read else os.O_WRONLY)
        if descriptor == number:
            os.set_inheritable(descriptor, True)
        setattr(sys, name, open(descriptor, "r" if number == 0 else "w", encoding="utf-8"))  # noqa: SIM115
