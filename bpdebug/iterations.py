"""Ranges of iterations, as a person types them: `100:110`."""

from __future__ import annotations

import re

from .errors import UsageError

__all__ = ["parse_iterations"]

_ITERATIONS = re.compile(r"(?P<first>[0-9]{1,10})?(?P<colon>:)?(?P<end>[0-9]{1,10})?")


def parse_iterations(text: str) -> tuple[int, int | None]:
    """`3:10` as (3, 10): from iteration 3 up to 10, which isn't part of it; `3:`, `:10` and `3` work, too.

    Raises:
        UsageError: the text isn't such a range, or nothing is in it.
    """
    match = _ITERATIONS.fullmatch(text.strip())
    if match is None or not match[0]:
        raise UsageError(f"--iterations {text}: not a range of iterations; write 3:10, 3:, :10 or 3")
    first = int(match["first"] or 0)
    if not match["colon"]:
        return first, first + 1
    end = int(match["end"]) if match["end"] else None
    if end is not None and end <= first:
        raise UsageError(
            f"--iterations {text}: no iteration is in it; the second number is the first one left out"
        )
    return first, end
