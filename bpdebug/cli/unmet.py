"""What a headless run was asked to record and never came to: told at its end, where it can still be set right."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..capture import plan_of
from ..conditions import condition
from ..conditions.reports import metric_matches
from ..launch import CaptureOptions
from ..log.schema import NOTHING
from ..patterns import pattern_matches
from ..text import clean
from ..timeline import Timeline
from ..timeline.scan import pieces

__all__ = ["unmet"]

_LISTED = 5


def unmet(timeline: Timeline, asked: CaptureOptions) -> Iterator[str]:
    """Conditions that never held, iterations that were not reached, patterns that nothing fits; a line each, clean.

    Args:
        timeline: of the run.
        asked: what the command line was told.
    """
    if not len(timeline):
        return
    said = timeline.captures.said()
    for option, text in (("--until", asked.until), ("--keep-when", asked.keep_when)):
        if text is not None and not any(f"{option}: {clean(text)}" in line for line in said):
            yield f"{option} {clean(text)}: this never came to hold{_unreported(timeline, text)}"
    plan = plan_of(asked)
    last = int(timeline.reader.index["iteration"][-1])
    if plan.iterations is not None and plan.iterations[0] > last:
        yield f"the run has iterations 0 to {last} only, none of --iterations {asked.iterations}, and so no values"
    wanted = [pattern for rule in plan.rules for pattern in rule.patterns]
    if wanted:
        names = _names(timeline)
        for pattern in wanted:
            if not any(pattern_matches(pattern, name) for name in names):
                yield f"--capture: nothing in the run fits {clean(pattern)}"


def _unreported(timeline: Timeline, text: str) -> str:
    """What the condition asks of that the script never reported: a slip, most often."""
    there = [curve.name for curve in timeline.curves()]
    asked = sorted(condition(text).metrics)
    lacking = [name for name in asked if not any(metric_matches(name, metric) for metric in there)]
    if not lacking:
        return ""
    instead = f"only {', '.join(map(clean, there[:_LISTED]))}" if there else "nor anything else"
    return f": {' and '.join(map(clean, lacking))} was never reported, {instead}"


def _names(timeline: Timeline) -> set[str]:
    """All that a pattern may be compared with: `backward/MLP.l1/linear`, without the phase, and both parts alone."""
    names, found = timeline.names, set()
    for _, part in pieces(timeline.reader.index, 0, len(timeline)):
        for row in np.unique(part[["phase", "scope", "label"]]):
            scope = names.scope(row["scope"]) if row["scope"] != NOTHING else ""
            label = names.text(row["label"])
            inside = f"{scope}/{label}" if scope else label
            found |= {f"{names.phase(row).name}/{inside}", inside, scope, label}
    return found
