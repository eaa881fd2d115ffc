"""What an event lacks until the device is through, and puts into it then, on the writer's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..log.lent import Content, same_content
from ..log.plain import json_number
from ..log.schema import EventFlag
from .content import OnDevice
from .faults import wait
from .rows_of_bodies import replace_rows

__all__ = ["Comparison", "Late", "told_later"]

NONFINITE = int(EventFlag.nonfinite)
VALUE = int(EventFlag.value)


class Comparison(NamedTuple):
    """Whether a content is another one than it was.

    Attributes:
        place: what the event calls it, in the list `changed` of its body.
        before: one or two contents; it has changed where it is none of them.
    """

    place: Any
    content: Content
    before: tuple[Content, ...]

    @property
    def differs(self) -> bool:
        """Waits for the device."""
        return not any(same_content(self.content, one) for one in self.before)


class Late:
    """What is known of one event only when the device is through.

    Args:
        made: the contents that the event made; what is not on a device is left out.
    """

    def __init__(self, made: Iterable[Any] = ()) -> None:
        self._made = [content for content in made if type(content) is OnDevice]
        self.comparisons: list[Comparison] = []
        self.writes: list[Comparison] = []
        """The same of what the op itself may have written into, for the list `wrote`."""
        self.timer: Any = None
        """What tells how long an op took: the event `end` of its device, whose `runtime` says whether that is reached,
        and then `elapsed_ns()`.
        """
        self.first_row: Callable[[int | None], int | None] | None = None
        """Gives the row that the content of a row had first; None: all are told by their own rows."""
        self.reported: OnDevice | None = None
        """What the event reports: one number."""

    def complete(self, body: Any, flags: int, value: float) -> tuple[int, float]:
        """Put it into the body; gives the fields of the index as they should be."""
        # What can't be found out stays open: the event is worth more than that.
        with contextlib.suppress(Exception):
            if any(content.flags for content in self._made):
                flags |= NONFINITE
        with contextlib.suppress(Exception):
            changed = [one.place for one in self.comparisons if one.differs]
            if changed:
                body.changed = sorted([*body.changed, *changed])
        with contextlib.suppress(Exception):
            wrote = [one.place for one in self.writes if one.differs]
            if wrote:
                body.wrote = sorted([*body.wrote, *wrote])
        if self.timer is not None:
            body.ns = self._elapsed_ns()
        with contextlib.suppress(Exception):
            if self.reported is not None:
                number = self.reported.number()
                body.value = json_number(number)
                value, flags = number, flags | VALUE
        if self.first_row is not None:
            replace_rows(body, self.first_row)
        return flags, value

    def _elapsed_ns(self) -> int:
        """0 where the device doesn't tell."""
        try:
            timer = self.timer
            if timer.end is None:
                return 0
            wait(timer.runtime, timer.end)
            elapsed: int = timer.elapsed_ns()
            return elapsed
        except Exception:
            return 0


def told_later(
    late: Late | None, comparisons: list[Comparison], writes: list[Comparison], timer: Any
) -> Late | None:
    """`late` with these attributes of it; None where there is nothing that isn't known at once."""
    if comparisons or writes or timer is not None:
        late = late or Late()
        late.comparisons, late.writes, late.timer = comparisons, writes, timer
    return late
