"""`bpdebug info`: what a recorded run holds, as plain text."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from ..errors import DamagedLog
from ..log.reader import LogReader
from ..log.records import RunStartedBody
from ..log.regular_file import why_unreadable
from ..log.schema import NOT_CAPTURED, TENSOR_INDEX, Kind, segment_file
from ..text import bytes_text, clean, count_text, duration_text, number, shape_text
from ..timeline import Timeline
from ..timeline.capture import capture_asked_for
from ..timeline.scan import pieces
from .opening import open_run
from .run_names import RUN_HELP

__all__ = ["configure", "execute"]

_FILES = 5
"""Files that are told to be missing or cut off."""
_LISTED = 200
"""Parameters and reported values, before the rest is only counted."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)


def execute(options: argparse.Namespace) -> int:
    """Print the summary; returns the exit status.

    Raises:
        BpdebugError: the run can't be read.
    """
    with open_run(options.run) as reader:
        for line in summary(Timeline(reader)):
            print(line)
    return 0


def summary(timeline: Timeline) -> Iterator[str]:
    """The lines of the summary, clean."""
    reader = timeline.reader
    yield from _run_lines(timeline)
    yield ""
    yield from _event_lines(timeline)
    yield ""
    yield from _tensor_lines(reader)
    if len(timeline):
        yield from _parameter_lines(timeline)
        yield from _curve_lines(timeline)
    problems = [reader.problem, *_missing_references(reader), *_missing_bytes(reader)]
    if any(problems):
        yield ""
        yield from (f"Problem: {clean(problem)}" for problem in problems if problem)


def _run_lines(timeline: Timeline) -> Iterator[str]:
    reader = timeline.reader
    yield f"Script:     {clean(reader.run.script)}"
    body = _started(timeline)
    if body is not None:
        yield f"Arguments:  {clean(' '.join(body.argv[1:])) or '(none)'}"
        yield f"Directory:  {clean(body.cwd)}"
    yield f"Recorded:   {clean(reader.run.created)} by {clean(reader.run.writer)}, log schema {reader.run.schema}"
    if body is not None:
        versions = ", ".join(f"{clean(what)} {clean(which)}" for what, which in body.versions.items())
        yield f"Versions:   {versions}"
        yield f"Devices:    {', '.join(map(clean, body.devices)) or '(none known)'}"
        yield f"Capture:    {capture_asked_for(body)}"
    yield f"End:        {timeline.reason_for_end()}"


def _started(timeline: Timeline) -> RunStartedBody | None:
    if not len(timeline):
        return None
    try:
        body = timeline.reader.body(0)
    except DamagedLog:
        return None
    return body if isinstance(body, RunStartedBody) else None


def _event_lines(timeline: Timeline) -> Iterator[str]:
    reader = timeline.reader
    count = len(timeline)
    if not count:
        yield "Events:     none"
        return
    counts = np.zeros(256, np.int64)
    for _, part in pieces(reader.index, 0, count):
        counts += np.bincount(part["kind"], minlength=256)
    first, last = int(reader.index[0]["iteration"]), int(reader.index[count - 1]["iteration"])
    span = int(reader.index[count - 1]["time_us"]) - int(reader.index[0]["time_us"])
    yield f"Events:     {count:,} in {duration_text(span)}, {count_text(last - first + 1, 'iteration')}"
    width = max(len(kind.name) for kind in Kind)
    for kind in Kind:
        if counts[kind]:
            yield f"  {kind.name:<{width}}  {counts[kind]:>12,}"
    unknown = int(counts[len(Kind) :].sum())
    if unknown:
        yield f"  {'(of unknown kinds)':<{width}}  {unknown:>12,}"


def _tensor_lines(reader: LogReader) -> Iterator[str]:
    kept, missing, size_bytes = 0, 0, 0
    tensors = reader.tensors
    assert tensors.dtype == TENSOR_INDEX
    gone = [NOT_CAPTURED, *(dropped.segment for dropped in reader.dropped)]
    for _, part in pieces(tensors, 0, len(tensors)):
        lost = np.isin(part["segment"], gone)
        missing += int(lost.sum())
        kept += int((~lost).sum())
        layouts, counts = np.unique(part["layout"][~lost], return_counts=True)
        for layout, times in zip(layouts.tolist(), counts.tolist(), strict=True):
            size_bytes += times * _size_bytes(reader, layout)
    line = f"Tensors:    {kept:,} different contents, {bytes_text(size_bytes)}"
    yield f"{line}; {missing:,} not captured" if missing else line
    names = [clean(source.path) for source in reader.sources]
    yield f"Sources:    {', '.join(names[:5]) or '(none)'}{f' and {len(names) - 5} more' if len(names) > 5 else ''}"


def _missing_references(reader: LogReader) -> Iterator[str]:
    """What a cut off `definitions.jsonl` can't tell of itself: its last line is whole."""
    unsound = sum(int((~reader.sound(part)).sum()) for _, part in pieces(reader.index, 0, len(reader)))
    if unsound:
        yield f"{count_text(unsound, 'event')} with something in it that the log lacks: bpdebug verify says what"


def _missing_bytes(reader: LogReader) -> Iterator[str]:
    """Files of values that are gone, or end before the last tensor that is said to be in them; the first few."""
    if reader.being_written:  # a flight recorder removes them meanwhile
        return
    furthest: dict[int, int] = {}
    for _, part in pieces(reader.tensors, 0, len(reader.tensors)):
        segments, which = np.unique(part["segment"], return_inverse=True)
        lasts = np.zeros(len(segments), part["offset"].dtype)
        np.maximum.at(lasts, which, part["offset"])
        for segment, last in zip(segments.tolist(), lasts.tolist(), strict=True):
            furthest[segment] = max(last, furthest.get(segment, 0))
    told = 0
    for segment in sorted(furthest.keys() - {NOT_CAPTURED, *(dropped.segment for dropped in reader.dropped)}):
        file = reader.directory / segment_file(segment)
        if why := why_unreadable(file):
            yield f"{file.name}, with the values of tensors: {why}"
        else:
            if file.stat().st_size >= furthest[segment]:
                continue
            yield f"{file.name}, with the values of tensors, is cut off: bpdebug verify says of which"
        told += 1
        if told == _FILES:
            return


def _size_bytes(reader: LogReader, layout: int) -> int:
    if layout >= len(reader.layouts):
        return 0
    found = reader.layouts[layout]
    try:
        itemsize = np.dtype(found.dtype).itemsize
    except TypeError:
        return 0
    size = itemsize
    for length in found.shape:
        size *= length
    return size


def _parameter_lines(timeline: Timeline) -> Iterator[str]:
    states = timeline.parameters(len(timeline) - 1)
    if not states:
        return
    yield ""
    elements = sum(int(np.prod(state.shape, dtype=np.float64)) for state in states if state.shape is not None)
    yield f"Parameters: {len(states):,}, {count_text(elements, 'element')}"
    width = min(max(len(state.name) for state in states), 40)
    for state in states[:_LISTED]:
        yield f"  {state.name:<{width}}  {shape_text(state.shape)} {state.dtype}".rstrip()
    if len(states) > _LISTED:
        yield f"  … and {len(states) - _LISTED:,} more"


def _curve_lines(timeline: Timeline) -> Iterator[str]:
    curves = [curve for curve in timeline.curves() if curve.values.size]
    if not curves:
        return
    yield ""
    yield "Reported:   first, last, how often"
    width = min(max(len(curve.name) for curve in curves), 40)
    for curve in curves[:_LISTED]:
        first, last = number(float(curve.values[0])), number(float(curve.values[-1]))
        yield f"  {curve.name:<{width}}  {first} -> {last}  {count_text(curve.values.size, 'time')}"
    if len(curves) > _LISTED:
        yield f"  … and {len(curves) - _LISTED:,} more"
