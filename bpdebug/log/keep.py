"""How much of a tensor the log keeps."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

__all__ = ["FULL", "Keep"]


@dataclass(frozen=True, slots=True)
class Keep:
    """What of a tensor goes into the log, and why not more.

    Attributes:
        values: all its bytes.
        statistics: the record in `tensors.stats`, and the content id.
        sample: so many of its values, where not all are kept.
        small_bytes: an array of up to so many bytes is kept whole, whatever the above says.
        finite: whether it is looked at for NaN and infinities, where no statistics are measured.
        why: for the reader: why the rest is missing, such as `--capture stats keeps statistics only`.
    """

    values: bool = True
    statistics: bool = True
    sample: int = 0
    why: str = ""
    small_bytes: int = 0
    finite: bool = True

    def serves(self, asked: Keep) -> bool:
        """Whether a tensor of which so much is kept need not be kept again as `asked` for."""
        if self is asked:
            return True
        return self == asked or (not asked.finite and self == dataclasses.replace(asked, finite=True))

    def __hash__(self) -> int:
        return hash(self.why)  # which few policies share, and which is worked out once


FULL = Keep()
