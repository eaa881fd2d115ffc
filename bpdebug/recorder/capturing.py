"""Follows a capture plan while a run is recorded: what is kept of the tensors of each event.

With the plan that keeps everything, nothing here is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..capture import CapturePlan
from ..log.keep import FULL, Keep
from ..log.schema import NOTHING, Phase
from ..log.writer import LogWriter
from ..native import fields_of
from ..text import bytes_text

__all__ = ["Capturing"]

_PHASES = tuple(phase.name for phase in Phase)
_OVER_STATS = 1.1
"""With statistics only a log still grows; so far beyond its budget it keeps nothing more."""
_LOOKED_EVERY = 64
"""Events between two looks at the size of the log, as long as its tensors alone are within the budget."""

if TYPE_CHECKING:
    _Fields = object
else:
    _Fields = fields_of("Capturing")


class Capturing(_Fields):
    """Answers what to keep, and notices when the byte budget is used up.

    Args:
        plan: what was asked for.
        writer: names scopes and texts, and says how large the log is.
    """

    def __init__(self, plan: CapturePlan, writer: LogWriter) -> None:
        self.plan = plan
        self.selective = not plan.everything
        """Whether `keep` has to be asked at all."""
        self.bounded = plan.max_bytes is not None
        """Whether `step_down` has to be asked at all."""
        self.now = plan.text
        """What is captured, in short: it changes when the budget is used up."""
        self.changes = 0
        """What `keep` said counts for headers that are the same, until this changes or `asked_again_in` comes."""
        self._stretch = plan.stretch(0)
        self.asked_again_in = plan.stretch_end(0)
        """The first later iteration in which it may say something else."""
        self._writer = writer
        self._known: dict[tuple[int, int, int], Keep] = {}
        self._iteration = 0
        self._ceiling: Keep | None = None
        self._stepped_down_in: int | None = None
        self._calls = 0

    def keep(self, phase: int, scope: int, label: int, iteration: int) -> Keep:
        """What to keep of the tensors of an event; the numbers are those of its header."""
        if iteration != self._iteration:
            self._iteration = iteration
            self.asked_again_in = self.plan.stretch_end(iteration)
            stretch = self.plan.stretch(iteration)
            if stretch != self._stretch:
                self._stretch = stretch
                self._forget()
        name = (phase, scope, label)
        known = self._known.get(name)
        if known is None:
            writer = self._writer
            path = "" if scope == NOTHING else writer.scopes[scope].path
            known = self.plan.keep(_PHASES[phase], path, writer.texts[label], iteration)
            if self._ceiling is not None:
                known = _less(known, self._ceiling)
            self._known[name] = known
        return known

    @property
    def stepped_down(self) -> bool:
        """Whether the budget is used up, so that no more values are kept."""
        return self._stepped_down_in is not None

    def with_values(self, first: int, last: int) -> range:
        """Those iterations from `first` to `last` of which values were kept, as far as policies say."""
        begin, end = self.plan.iterations or (0, None)
        ends = [last + 1]
        if end is not None:
            ends.append(end)
        if self._stepped_down_in is not None:
            ends.append(self._stepped_down_in + 1)
        return range(max(first, begin), min(ends))

    def step_down(self, iteration: int) -> str:
        """Look at the size of the log now and then; where it is beyond the budget, what is to be told of it.

        Large tensors don't wait for the next look: 64 events of them can be many times the budget.

        Returns:
            One sentence, or "" where nothing changes.
        """
        budget = self.plan.max_bytes
        self._calls += 1
        if budget is None or (self._ceiling is not None and not self._ceiling.statistics):
            return ""
        soon = self._ceiling is None and self._writer.kept_bytes > budget
        if self._calls % _LOOKED_EVERY and not soon:
            return ""
        size = self._writer.size_bytes
        if self._ceiling is None and size > budget:
            self._stepped_down_in = iteration
            return self._lower("stats", Keep(False, True), "statistics only", budget)
        if self._ceiling is not None and self._ceiling.statistics and size > budget * _OVER_STATS:
            return self._lower("none", Keep(False, False), "no values and no statistics", budget)
        return ""

    def _lower(self, name: str, keep: Keep, kept: str, budget: int) -> str:
        said = f"the budget of {bytes_text(budget)} was used up (--max-bytes)"
        self._ceiling = Keep(False, keep.statistics, 0, said)
        self._forget()
        before, self.now = self.now, name
        return f"capture steps down from {before} to {name}: {said}; from here on the log has {kept}"

    def _forget(self) -> None:
        self._known.clear()
        self.changes += 1


def _less(one: Keep, other: Keep) -> Keep:
    """The one that keeps less; `other` where they are alike."""
    if (one.values, one.statistics, one.sample) < (other.values, other.statistics, other.sample):
        return one
    return other if other != FULL else one
