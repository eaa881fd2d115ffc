"""The optimizer is made or set up anew again and again, and forgets what it has gathered."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator

from ..facts.history import History
from ..facts.records import Update
from ..finding import Finding, Severity

__all__ = ["find"]

_TIMES = 5
_ALIKE = 2
_LONG = 100
"""Updates after which a new start costs little: an optimizer has then gathered all that it can."""


def find(history: History) -> Iterator[Finding]:
    """Many first updates for the same parameters: all that there are, or one at each turn of a loop."""
    first_steps = [update for update in history.updates if update.t == 1]
    if len(first_steps) < _TIMES:
        return
    given = Counter(frozenset(update.takes) for update in first_steps)
    takes, times = given.most_common(1)[0]
    own = [update for update in history.updates if frozenset(update.takes) == takes]
    at_each_update = times >= 0.9 * len(own)
    if times < _TIMES or not (at_each_update or _at_each_turn(own)):
        return
    update = next(update for update in own[1:] if update.t == 1)
    line = history.script.first_with(r"\.setup\s*\(")
    one_object = len({other.number for other in own}) == 1
    use_line = one_object and line is not None
    when = f"for each of {times} updates" if at_each_update else f"{times} times in {len(own)} updates"
    yield Finding(
        f"{update.optimizer} is {'set up' if one_object else 'made'} anew {when}: what it has gathered (momentum,"
        " averages) is lost each time",
        update.optimizer,
        seq=update.seq,
        site=None if use_line else update.made,
        file=line[0] if use_line and line is not None else "",
        line=line[1] if use_line and line is not None else 0,
        milder=None if at_each_update else Severity.warning,
        evidence={"first steps": times, "updates": len(own)},
    )


def _at_each_turn(own: list[Update]) -> bool:
    """Whether an optimizer that remembers something begins anew after about as many updates each time, and soon."""
    if not any(tensor is not None for moved in own[0].moved for tensor in moved.state.values()):
        return False
    starts = [place for place, update in enumerate(own) if update.t == 1]
    lives = [after - before for before, after in itertools.pairwise(starts)]
    at_one_place = len({own[place].made for place in starts}) == 1
    return at_one_place and max(lives) <= min(_LONG, _ALIKE * min(lives))
