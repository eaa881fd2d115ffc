"""The breakpoints and watches that a person has set, by their numbers. No Textual, no process: a list and its rules."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..errors import UsageError
from ..stepping import Breakpoint

__all__ = ["StopList"]

_changed = msgspec.structs.replace


class StopList:
    """Numbered from 1, in the order in which they were set.

    Attributes:
        breakpoints: all of them, disabled ones, too.
        watches: expressions in the language of `conditions`.
    """

    def __init__(self) -> None:
        self.breakpoints: list[Breakpoint] = []
        self.watches: list[str] = []

    @property
    def enabled(self) -> list[Breakpoint]:
        """Those that stop."""
        return [one for one in self.breakpoints if one.enabled]

    def number_of(self, wanted: Breakpoint) -> int | None:
        """The number of the breakpoint at this place under this condition, None if it isn't set."""
        return next((i for i, one in enumerate(self.breakpoints, 1) if one.same_as(wanted)), None)

    def number_at(self, wanted: Breakpoint) -> int | None:
        """The number of the breakpoint that is just this one, or else of one at its place, whatever its condition."""
        number = self.number_of(wanted)
        if number is not None or not wanted.has_place:
            return number
        places = [one.place_text for one in self.breakpoints]
        return places.index(wanted.place_text) + 1 if wanted.place_text in places else None

    def get(self, number: int) -> Breakpoint:
        """The breakpoint with this number.

        Raises:
            UsageError: there is none.
        """
        if not 1 <= number <= len(self.breakpoints):
            known = f"there are 1 to {len(self.breakpoints)}" if self.breakpoints else "none is set"
            raise UsageError(f"there is no breakpoint {number}: {known}")
        return self.breakpoints[number - 1]

    def add(self, wanted: Breakpoint) -> int:
        """Set a breakpoint; its number. One that is set already is enabled."""
        number = self.number_of(wanted)
        if number is None:
            self.breakpoints.append(wanted)
            return len(self.breakpoints)
        self.breakpoints[number - 1] = _changed(wanted, enabled=True)
        return number

    def toggle(self, wanted: Breakpoint) -> bool:
        """Set a breakpoint, or take it away; True if it is set now."""
        number = self.number_of(wanted)
        if number is None:
            self.breakpoints.append(wanted)
            return True
        del self.breakpoints[number - 1]
        return False

    def replace(self, number: int, wanted: Breakpoint) -> None:
        """Set another one in its place. Raises UsageError."""
        self.get(number)
        self.breakpoints[number - 1] = wanted

    def remove(self, number: int) -> Breakpoint:
        """Take it away. Raises UsageError."""
        found = self.get(number)
        del self.breakpoints[number - 1]
        return found

    def enable(self, number: int, on: bool, now: int) -> Breakpoint:
        """Make it stop, or not; one that ignores hits counts anew from event `now` on. Raises UsageError."""
        found = self.get(number)
        since = now if found.ignore else found.since
        self.breakpoints[number - 1] = found = _changed(found, enabled=on, since=since)
        return found

    def ignore(self, number: int, count: int, now: int) -> Breakpoint:
        """Let it pass the next `count` hits after event `now`. Raises UsageError."""
        found = self.get(number)
        self.breakpoints[number - 1] = found = _changed(found, ignore=count, since=now if count else -1)
        return found

    def spend(self, hit: Iterable[Breakpoint]) -> bool:
        """Take away those of `hit` that stop only once; True if there were any."""
        spent = [one for one in hit if one.once and one in self.breakpoints]
        for one in spent:
            self.breakpoints.remove(one)
        return bool(spent)

    def watch(self, expression: str) -> bool:
        """Watch an expression, or no longer; True if it is watched now.

        Raises:
            ConditionError: it can't be read.
        """
        from ..timeline.watches import watched_at

        watched_at(expression)
        if expression in self.watches:
            self.watches.remove(expression)
            return False
        self.watches.append(expression)
        return True
