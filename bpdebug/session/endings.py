"""How a process ended, in words."""

from __future__ import annotations

import signal

__all__ = ["describe_end", "shell_status"]


def describe_end(returncode: int) -> str:
    """What to say of a process that ended without telling; `returncode` as `subprocess` gives it."""
    if returncode < 0:
        return f"killed by signal {-returncode} ({_signal_name(-returncode)})"
    return f"ended with status {returncode} without finishing (os._exit, or another program in its place)"


def shell_status(returncode: int) -> int:
    """The exit status that a shell would report: 128 + the number of the signal."""
    return 128 - returncode if returncode < 0 else returncode


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "unknown"
