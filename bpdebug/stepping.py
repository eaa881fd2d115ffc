"""Where to stop: the goals of a step, and breakpoints, in the one meaning that the child and the timeline share.

A goal looks at index records only. Its `matches` is written so that it answers for one record (a mapping from
field name to number, as the child has it) and for a whole structured array of them (as the log holds it): the
live run and the replay can't disagree about where a step ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from .log.schema import Kind

__all__ = [
    "Breakpoint",
    "Goal",
    "UntilBackwardOf",
    "UntilIteration",
    "UntilOut",
    "UntilOver",
    "UntilPhase",
    "UntilSeq",
    "UntilStop",
]

Records = Mapping[str, Any] | np.ndarray
"""One index record as a mapping, or an array of `schema.EVENT_INDEX`."""


class _Goal(msgspec.Struct, tag_field="until", frozen=True):
    def matches(self, records: Records) -> Any:
        """A bool for one record, a bool array for an array of records."""
        raise TypeError(f"{type(self).__name__} is abstract: it has no rule for where to stop")


class UntilSeq(_Goal, tag="seq", frozen=True):
    """Stop at event `seq`: a plain step is `UntilSeq(now + 1)`."""

    seq: int

    def matches(self, records: Records) -> Any:
        return records["seq"] >= self.seq


class UntilOver(_Goal, tag="over", frozen=True):
    """Stop at the next event that is nested no deeper than `depth`."""

    depth: int

    def matches(self, records: Records) -> Any:
        return records["depth"] <= self.depth


class UntilOut(_Goal, tag="out", frozen=True):
    """Stop at the event that closes what encloses `depth`."""

    depth: int

    def matches(self, records: Records) -> Any:
        return records["depth"] < self.depth


class UntilPhase(_Goal, tag="phase", frozen=True):
    """Stop at the first event of another phase than this one (or of another iteration)."""

    iteration: int
    phase: int

    def matches(self, records: Records) -> Any:
        return (records["phase"] != self.phase) | (records["iteration"] != self.iteration)


class UntilIteration(_Goal, tag="iteration", frozen=True):
    """Stop at the first event after iteration `iteration`."""

    iteration: int

    def matches(self, records: Records) -> Any:
        return records["iteration"] > self.iteration


class UntilBackwardOf(_Goal, tag="backward_of", frozen=True):
    """Stop at the next backward step of function node `node`."""

    node: int

    def matches(self, records: Records) -> Any:
        return (records["kind"] == Kind.backward) & (records["node"] == self.node)


class UntilStop(_Goal, tag="stop", frozen=True):
    """Run on: only a breakpoint, a failure or the end of the script stops."""

    def matches(self, records: Records) -> Any:
        return records["kind"] == Kind.failed


Goal = UntilSeq | UntilOver | UntilOut | UntilPhase | UntilIteration | UntilBackwardOf | UntilStop


class Breakpoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where to stop, and under which condition.

    The place is one of

    * `path` and `line`: every forward op whose innermost user frame is there, and where that line calls backward(), an
      update or cleargrads();
    * `kind` (`schema.Kind`; -1 for any), `scope` (a path, "" for outside every link, None for anywhere) and `label`
      ("" for any): every such event of every iteration; in place of scope and label also `pattern`, `[SCOPE/]LABEL`
      with `*` and `?`, which finds a parameter in all labels that end with its name;
    * `address`: that one event;
    * nowhere in particular: then there is a condition.
    """

    path: str = ""
    line: int = 0
    kind: int = -1
    scope: str | None = None
    label: str = ""
    pattern: str = ""
    address: str = ""
    condition: str = ""
    """In the language of `conditions`; "" for none."""
    changes: bool = False
    """Stops where the value of `condition`, an expression, is another than at the event before that has one."""
    was: str = ""
    """For these: the value when the breakpoint was set, as `conditions.values.value_key` has it; "" for none."""
    ignore: int = 0
    """So many hits after event `since` are passed by."""
    since: int = -1
    once: bool = False
    """Taken away at its first stop."""
    enabled: bool = True

    @property
    def is_line(self) -> bool:
        return bool(self.path)

    @property
    def has_place(self) -> bool:
        """Whether it is at some place, rather than a condition alone."""
        return bool(self.path or self.address or self.pattern or self.label or self.kind >= 0)

    @property
    def place_text(self) -> str:
        """The place, as a person types it; "" for none."""
        if self.path:
            return f"{self.path}:{self.line}"
        if self.address:
            return self.address
        kind = Kind(self.kind).name if self.kind in Kind.__members__.values() else ""
        return "/".join(part for part in (kind, self.pattern or self.scope, self.label) if part)

    def __str__(self) -> str:
        changes = " changes" if self.changes else ""
        if self.condition:
            return f"{self.place_text} if {self.condition}{changes}".removeprefix(" if ")
        return self.place_text

    def same_as(self, other: Breakpoint) -> bool:
        """Whether both are at the same place under the same condition, whatever else is set of them."""
        return self._identity == other._identity

    @property
    def _identity(self) -> tuple[object, ...]:
        return (
            self.path, self.line, self.kind, self.scope, self.label, self.pattern, self.address, self.condition,
            self.changes,
        )  # fmt: skip
