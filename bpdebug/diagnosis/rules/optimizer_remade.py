"""The optimizer is made or set up anew in each iteration, and forgets what it has gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ..facts.history import History
from ..finding import Finding

__all__ = ["find"]

_TIMES = 5


def find(history: History) -> Iterator[Finding]:
    """Many updates of the same parameters that all are the first of their optimizer."""
    first_steps = [update for update in history.updates if update.t == 1]
    if len(first_steps) < _TIMES:
        return
    given = Counter(frozenset(update.takes) for update in first_steps)
    takes, times = given.most_common(1)[0]
    own = [update for update in history.updates if frozenset(update.takes) == takes]
    if times < _TIMES or times < 0.9 * len(own):
        return
    update = own[1]
    line = history.script.first_with(r"\.setup\s*\(")
    one_object = len({other.number for other in own}) == 1
    use_line = one_object and line is not None
    yield Finding(
        f"{update.optimizer} is {'set up' if one_object else 'made'} anew for each of {times} updates: what it has"
        " gathered (momentum, averages) is lost each time",
        update.optimizer,
        seq=update.seq,
        site=None if use_line else update.made,
        file=line[0] if use_line and line is not None else "",
        line=line[1] if use_line and line is not None else 0,
        evidence={"first steps": times, "updates": len(own)},
    )
