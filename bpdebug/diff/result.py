"""What a comparison of two runs found."""

from __future__ import annotations

from dataclasses import dataclass, field

from .values import Gap, Tolerance

__all__ = ["Comparison", "Difference", "Growth", "Place", "Structure"]


@dataclass(frozen=True, slots=True)
class Place:
    """An event in one of the runs, in clean words: `lines` are the user's frames, innermost last, with their text."""

    seq: int
    address: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: an event that only one run has (`a` or `b` is None), or what is different in both.

    `role` and `variable` name the tensor, or `role` the setting. `made` says whether the event itself made the
    tensor. `values` are the two values of a setting. `notes` are lines that help to find out why.
    """

    a: Place | None
    b: Place | None
    role: str = ""
    variable: str = ""
    made: bool = False
    layout: str = ""
    why: str = ""
    gap: Gap | None = None
    values: tuple[str, str] | None = None
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Growth:
    """How far the tensors apart are that the events of one iteration, or of one op, made."""

    name: str
    first_iteration: int = 0
    tensors: int = 0
    beyond: int = 0
    max_abs: float = 0.0
    max_rel: float = 0.0
    max_ulp: float | None = None
    where: str = ""

    def add(self, gap: Gap, beyond: bool, where: str) -> None:
        """Take in one more tensor that isn't the same bit for bit."""
        self.tensors += 1
        self.beyond += beyond
        if gap.max_rel > self.max_rel or self.tensors == 1:
            self.where = where
        self.max_abs, self.max_rel = max(self.max_abs, gap.max_abs), max(self.max_rel, gap.max_rel)
        if gap.max_ulp is not None:
            self.max_ulp = max(self.max_ulp or 0, gap.max_ulp)


@dataclass(slots=True)
class Structure:
    """How the events fit together; `first_only_a` and `first_only_b` are some of the addresses.

    `passed_over_a` and `passed_over_b` count what is printed or warned of in one run only, which makes no difference.
    """

    events_a: int = 0
    events_b: int = 0
    matched: int = 0
    only_a: int = 0
    only_b: int = 0
    passed_over_a: int = 0
    passed_over_b: int = 0
    first_only_a: list[str] = field(default_factory=list)
    first_only_b: list[str] = field(default_factory=list)
    turns: int = 0


@dataclass(slots=True)
class Comparison:
    """The answer: `same`, or the first difference of any sort and the first of a value, and how it goes on.

    Attributes:
        settings_differ, tensors_differ: how many events, how many tensors of events, past the tolerance.
        tolerated: tensors of events that aren't the same bit for bit, and within the tolerance.
        not_compared: tensors of events whose bytes one of the runs didn't keep.
        unreadable: events that a damaged log can't tell.
        setup: what differs between the machines, command lines and random seeds; none of it counts.
    """

    tolerance: Tolerance
    structure: Structure = field(default_factory=Structure)
    first: Difference | None = None
    first_value: Difference | None = None
    settings_differ: int = 0
    tensors_differ: int = 0
    tolerated: int = 0
    not_compared: int = 0
    unreadable: int = 0
    by_iteration: list[Growth] = field(default_factory=list)
    by_op: list[Growth] = field(default_factory=list)
    setup: list[str] = field(default_factory=list)
    whole: bool = True

    @property
    def same(self) -> bool:
        """Nothing differs past the tolerance."""
        return self.first is None
