"""Which event a person means: by its number, its address, or the iteration that it begins."""

from __future__ import annotations

import re

from ..errors import AddressError
from ..log.reader import LogReader
from .scan import first_of_value

__all__ = ["iteration_named", "named_event"]

_ITERATION = re.compile(r"it(?:eration)?\s*([0-9]{1,9})")
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def named_event(reader: LogReader, text: str) -> int:
    """The event that `text` means: its number, its address, or an iteration (`it9`) that it is the first of.

    Raises:
        AddressError: there is no such event; the message says what is near.
    """
    if _NUMBER.fullmatch(text):
        seq = int(text)
        if not 0 <= seq < len(reader):
            raise AddressError(f"there is no event {seq}: the log has events 0 to {len(reader) - 1}")
        return seq
    iteration = iteration_named(text)
    if iteration is None:
        return reader.find(text)
    index = reader.index
    found = first_of_value(index, "iteration", iteration)
    if found >= len(index) or int(index[found]["iteration"]) != iteration:
        last = f": the log has 0 to {int(index[-1]['iteration'])}" if len(index) else ""
        raise AddressError(f"there is no iteration {iteration}{last}")
    return found


def iteration_named(text: str) -> int | None:
    """The iteration that `text` is the name of, such as `it9`; None where it is something else."""
    named = _ITERATION.fullmatch(text)
    return None if named is None else int(named[1])
