"""Compares one event of a run with its partner in another run: settings, then tensors."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Any

from ..log import records as r
from ..log.references import tensors_of
from ..timeline import Timeline
from .contents import Contents, Verdict
from .slots import UNCOMPARED, Slot, settings_of, slots_of
from .values import Tolerance, compare_numbers

__all__ = ["PairComparison", "Unlike"]


class Unlike(Enum):
    """Why two tensors that aren't told to be different aren't known to be the same."""

    within = auto()
    """They differ within the tolerance."""
    unknown = auto()
    """One of the runs didn't keep what it takes to compare them."""
    bits = auto()
    """Their values are equal, but not bit for bit."""


class PairComparison:
    """Looks at the bodies of two events that belong together.

    Attributes:
        contents: compares tensors, and remembers what it has compared.
    """

    def __init__(self, a: Timeline, b: Timeline, contents: Contents, tolerance: Tolerance) -> None:
        self._a, self._b = a, b
        self.contents = contents
        self._tolerance = tolerance

    def settings(self, body_a: r.Event, body_b: r.Event) -> Iterator[tuple[str, Any, Any]]:
        """(name, value in A, value in B) of the settings that differ past the tolerance; None where there is none."""
        settings_a, settings_b = settings_of(body_a), settings_of(body_b)
        if settings_a == settings_b:
            return
        for name in {**settings_a, **settings_b}:
            first, second = settings_a.get(name), settings_b.get(name)
            if first != second and not self._within(first, second):
                yield str(name), first, second

    def tensors(self, body_a: r.Event, body_b: r.Event) -> Iterator[tuple[Slot, Slot, Verdict]]:
        """The tensors that aren't the same, as both runs have them, and what is known of the difference."""
        tensors_a, tensors_b = tensors_of(body_a), tensors_of(body_b)
        if len(tensors_a) != len(tensors_b):
            yield from self._by_role(body_a, body_b)
            return
        for place, (tensor_a, tensor_b) in enumerate(zip(tensors_a, tensors_b, strict=True)):
            verdict = self.contents.compare(tensor_a, tensor_b)
            if verdict is not None:
                slots_a, slots_b = slots_of(self._a.names, body_a), slots_of(self._b.names, body_b)
                yield slots_a[place], slots_b[place], verdict

    def differ(self, body_a: r.Event, body_b: r.Event) -> bool:
        """Whether anything of the two events differs past the tolerance."""
        if type(body_a) is not type(body_b):
            return True
        if isinstance(body_a, UNCOMPARED):
            return False
        if next(self.settings(body_a, body_b), None) is not None:
            return True
        return any(verdict.different for _, _, verdict in self.tensors(body_a, body_b))

    def seem_to_differ(self, body_a: r.Event, body_b: r.Event) -> bool:
        """As `differ`, by content ids alone where nothing may differ: 0.0 is another content than -0.0."""
        if not self._tolerance.exact:
            return self.differ(body_a, body_b)
        if type(body_a) is not type(body_b):
            return True
        if isinstance(body_a, UNCOMPARED):
            return False
        if settings_of(body_a) != settings_of(body_b):
            return True
        tensors_a, tensors_b = tensors_of(body_a), tensors_of(body_b)
        if len(tensors_a) != len(tensors_b):
            return True
        return any(map(self.contents.other_content, tensors_a, tensors_b))

    def leave_out(self, body_a: r.Event, body_b: r.Event) -> bool:
        """Whether it can't be told of a tensor of the two events if it differs."""
        if type(body_a) is not type(body_b) or isinstance(body_a, UNCOMPARED):
            return False
        return any(map(self.contents.unknown, tensors_of(body_a), tensors_of(body_b)))

    def unlike(self, body_a: r.Event, body_b: r.Event, made: bool) -> dict[str, Unlike] | None:
        """By role, what the events were given (and `made`) and isn't known to be the same; None if there is none."""
        slots_b = {slot.role: slot for slot in slots_of(self._b.names, body_b)}
        found: dict[str, Unlike] = {}
        looked_at = False
        for slot in slots_of(self._a.names, body_a):
            other = slots_b.get(slot.role)
            if other is None or (slot.made and not made):
                continue
            looked_at = True
            verdict = self.contents.compare(slot.tensor, other.tensor)
            if verdict is not None:
                found[slot.role] = Unlike.within if verdict.known else Unlike.unknown
            elif self.contents.other_content(slot.tensor, other.tensor):
                found[slot.role] = Unlike.bits
        return found if looked_at else None

    def _by_role(self, body_a: r.Event, body_b: r.Event) -> Iterator[tuple[Slot, Slot, Verdict]]:
        """The tensors of an event that has more of them in one run than in the other."""
        slots_a = {slot.role: slot for slot in slots_of(self._a.names, body_a)}
        slots_b = {slot.role: slot for slot in slots_of(self._b.names, body_b)}
        for role in {**slots_a, **slots_b}:
            missing = Slot(role, None, False, None)
            slot_a, slot_b = slots_a.get(role, missing), slots_b.get(role, missing)
            verdict = self.contents.compare(slot_a.tensor, slot_b.tensor)
            if verdict is None and (role in slots_a) != (role in slots_b):
                verdict = Verdict(True, True, f"only {'A' if role in slots_a else 'B'} has it", None)
            if verdict is not None:
                yield slot_a, slot_b, verdict

    def _within(self, first: object, second: object) -> bool:
        """Whether two settings are numbers that the tolerance lets pass."""
        plain = (int, float)
        if isinstance(first, bool) or isinstance(second, bool) or self._tolerance.exact:
            return False
        if not isinstance(first, plain) or not isinstance(second, plain):
            return False
        return compare_numbers(first, second, self._tolerance).beyond == 0
