"""Findings as text for a person: the cause first, then its evidence, what to try, and what follows from it."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any

import numpy as np

from ..log.schema import Kind
from ..text import clean, count_text
from .diagnose import diagnose
from .facts.history import MAX_EVENTS
from .finding import Finding

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["evidence_text", "finding_lines", "lines_of_findings", "report_lines", "sparkline", "summary"]

_WIDTH = 96
_BLOCKS = "▁▂▃▄▅▆▇█"
_SYMPTOMS = 6


def summary(reader: LogReader, max_events: int) -> dict[str, int]:
    """How much of a run is looked at: its first events, of how many; iterations, backward passes, updates."""
    index = reader.index[:max_events]
    kinds = index["kind"]
    trained = index["iteration"][kinds == Kind.forward]
    iterations = int(trained[-1]) + 1 if len(trained) else 0
    return {
        "events": len(index),
        "events_in_run": len(reader),
        "iterations": iterations,
        "backward_passes": int(np.count_nonzero(kinds == Kind.backward_started)),
        "updates": int(np.count_nonzero(kinds == Kind.update_started)),
    }


def report_lines(findings: list[Finding], looked_at: dict[str, int], cwd: str = "") -> list[str]:
    """The whole report; files in `cwd` are named by their path from there."""
    told = (
        f"{count_text(looked_at['updates'], 'update')} in {count_text(looked_at['iterations'], 'iteration')}"
        f" ({count_text(looked_at['events'], 'event')}) looked at"
    )
    left = looked_at["events_in_run"] - looked_at["events"]
    if left:
        told += f"; not at the {count_text(left, 'event')} behind them"
    if not findings:
        if not looked_at["iterations"]:
            return [f"nothing to look at: no op of the engine ran; does the script import chainer? ({told})"]
        return [f"nothing found: {told}"]
    lines = []
    for finding in findings:
        lines += [*finding_lines(finding, cwd), ""]
    count = len(findings)
    return [*lines, f"{count} finding{'s' if count != 1 else ''}: {told}"]


def lines_of_findings(reader: LogReader) -> list[list[str]]:
    """Looks at a run; the lines of each finding, and a last one where only the beginning was looked at."""
    found = [finding_lines(finding) for finding in diagnose(reader)]
    if len(reader) > MAX_EVENTS:
        found.append([f"only the first {MAX_EVENTS:,} of {len(reader):,} events were looked at"])
    return found


def finding_lines(finding: Finding, cwd: str = "", width: int = _WIDTH) -> list[str]:
    """One finding: at most about ten lines."""
    place = f"{_relative(finding.file, cwd)}:{finding.line}" if finding.file else "(no line)"
    lines = [f"{finding.severity.value}: {finding.code} at {place}"]
    lines += _wrapped(finding.message, "  ", width)
    lines += _where(finding, width)
    for name, value in finding.evidence.items():
        if value is not None and value != []:
            lines += _wrapped(f"{name}: {evidence_text(value)}", "    ", width)
    if finding.fix:
        lines += _wrapped(f"try: {finding.fix}", "  ", width)
    if finding.symptoms:
        codes = list(dict.fromkeys(symptom.code for symptom in finding.symptoms))
        lines += _wrapped(f"follows from it: {', '.join(codes[:_SYMPTOMS])}", "  ", width)
    return [clean(line) for line in lines]


def _where(finding: Finding, width: int) -> list[str]:
    """What it is about, and the event that shows it first: an address is whole, or it names another event."""
    told = f"where: {finding.where}"
    if not finding.address:
        return _wrapped(told, "  ", width)
    seen = f"first seen: {finding.address}"
    in_one = f"  {told}   {seen}"
    return [in_one] if len(in_one) <= width else [*_wrapped(told, "  ", width), *_wrapped(seen, "  ", width)]


def evidence_text(value: Any) -> str:
    """A figure, or a short list of them with a plot."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        numbers = [item for item in value if isinstance(item, int | float)]
        listed = ", ".join(evidence_text(item) for item in value)
        return f"{sparkline(numbers)}  {listed}" if len(numbers) == len(value) > 2 else listed
    return str(value)


def sparkline(values: list[float]) -> str:
    """A row of blocks, one a value; positive values that lie far apart on a logarithmic scale."""
    array = np.asarray(values, np.float64)
    if not array.size or not np.isfinite(array).all():
        return ""
    if (array > 0).all() and array.max() > 50 * array.min():
        array = np.log(array)
    low, high = float(array.min()), float(array.max())
    scale = (len(_BLOCKS) - 1) / (high - low) if high > low else 0.0
    return "".join(_BLOCKS[round((float(value) - low) * scale)] for value in array)


def _relative(path: str, cwd: str) -> str:
    if cwd and path.startswith(cwd.rstrip(os.sep) + os.sep):
        return os.path.relpath(path, cwd)
    return path


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=indent + "  ") or [indent]
