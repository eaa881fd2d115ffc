"""What a headless run was asked to record and never came to: told at its end, where it can still be set right."""

from __future__ import annotations

from collections.abc import Iterator

from ..capture import plan_of
from ..conditions import condition
from ..conditions.reports import metric_matches
from ..launch import CaptureOptions
from ..patterns import pattern_matches
from ..text import clean
from ..timeline import Timeline
from ..timeline.event_names import all_names

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
        names = all_names(timeline.reader)
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
