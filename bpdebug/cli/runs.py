"""`bpdebug runs`: the recorded runs, the latest first."""

from __future__ import annotations

import argparse
import datetime
import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import BpdebugError, UsageError
from ..log.being_written import is_being_written
from ..log.reader import LogReader
from ..text import bytes_text, cell_width, clean, duration_text, fit, number
from ..timeline import Timeline
from .recorded_runs import default_places, runs_in, size_of
from .run_names import short_name

__all__ = ["configure", "execute"]

_HEADINGS = ("name", "age", "size", "script", "events", "iter.", "last loss", "end")
_NUMBERS = ("age", "size", "events", "iter.", "last loss")
_WIDEST = 40
_NARROWEST = 20


@dataclass(slots=True)
class _Line:
    """What is said of one run; `problem` of one that can't be read."""

    directory: str
    created: str = ""
    size_bytes: int = 0
    script: str = ""
    events: int = 0
    iterations: int = 0
    last_loss: float | None = None
    end: str = ""
    being_written: bool = False
    problem: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.add_argument(
        "places",
        metavar="DIR",
        nargs="*",
        help="where to look (default: ./bpdebug-runs and bpdebug/runs in the XDG state directory)",
    )
    parser.add_argument(
        "--log",
        metavar="DIR",
        action="append",
        default=[],
        help="a place, too, as it was given to `bpdebug run`",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON value")


def execute(options: argparse.Namespace) -> int:
    """List the runs; returns the exit status.

    Raises:
        UsageError: a DIR isn't there, or is a file.
    """
    wanted = [*options.places, *options.log]
    for place in wanted:
        if Path(place).is_file():
            raise UsageError(f"{place}: this is a file; runs are listed of a directory")
        if not Path(place).is_dir():
            raise UsageError(f"{place}: there is no such directory")
    places = [Path(place) for place in wanted] or default_places()
    lines = [_line(directory) for place in places for directory in runs_in(place)]
    lines.sort(key=lambda line: line.created, reverse=True)
    if options.json:
        print(json.dumps([_plain(line) for line in lines], indent=1))
    elif lines:
        for text in _table(lines, datetime.datetime.now(datetime.UTC), _columns()):
            print(text)
    else:
        print(f"no recorded runs in {', '.join(str(place) for place in places)}")
    return 0


def _line(directory: Path) -> _Line:
    line = _Line(str(directory), size_bytes=size_of(directory))
    line.being_written = is_being_written(directory)
    try:
        with LogReader(directory) as reader:
            line.created, line.script, line.events = reader.run.created, reader.run.script, len(reader)
            timeline = Timeline(reader)
            timeline.live = line.being_written
            line.end = timeline.reason_for_end()
            if line.events:
                line.iterations = int(reader.index[-1]["iteration"]) - int(reader.index[0]["iteration"]) + 1
                line.last_loss = timeline.moment(line.events - 1).loss
            line.problem = reader.problem
    except (BpdebugError, OSError) as error:
        line.problem = str(error)
    return line


def _plain(line: _Line) -> dict[str, object]:
    plain = asdict(line)
    if line.last_loss is not None and not math.isfinite(line.last_loss):
        plain["last_loss"] = number(line.last_loss)
    return plain


def _columns() -> float:
    """Characters a line may have: where no terminal breaks it, any number, so that a run stays a line."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else math.inf


def _table(lines: list[_Line], now: datetime.datetime, columns: float) -> Iterator[str]:
    """A line a run; two where one is too long: what can't be short stands below the rest."""
    rows = [_HEADINGS, *(_cells(line, now) for line in lines)]
    whole = _aligned(rows, _HEADINGS)
    if max(map(cell_width, whole)) <= columns:
        yield from whole
        return
    script, end = _HEADINGS.index("script"), _HEADINGS.index("end")
    short = [i for i in range(len(_HEADINGS)) if i not in (script, end)]
    first = _aligned([[row[i] for i in short] for row in rows], [_HEADINGS[i] for i in short])
    for row, text in zip(rows, first, strict=True):
        yield text
        yield from textwrap.wrap(
            f"{row[script]}: {row[end]}",
            max(int(columns), _NARROWEST),
            initial_indent="    ",
            subsequent_indent="      ",
        )


def _aligned(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> list[str]:
    """The rows as lines, of which the end of a run may take any room."""
    widths = [min(max(cell_width(row[i]) for row in rows), _WIDEST) for i in range(len(headings))]
    return [
        "  ".join(
            text
            if heading == "end"
            else fit(text, width, "right" if heading in _NUMBERS else "left", cut="start")
            for text, width, heading in zip(row, widths, headings, strict=True)
        ).rstrip()
        for row in rows
    ]


def _cells(line: _Line, now: datetime.datetime) -> tuple[str, ...]:
    return (
        clean(short_name(Path(line.directory))),
        _age(line.created, now),
        bytes_text(line.size_bytes),
        clean(Path(line.script).name),
        f"{line.events:,}",
        f"{line.iterations:,}",
        "-" if line.last_loss is None else number(line.last_loss),
        clean("being written" if line.being_written else line.problem or line.end),
    )


def _age(created: str, now: datetime.datetime) -> str:
    try:
        seconds = (now - datetime.datetime.fromisoformat(created)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return "?"
    if seconds >= 2 * 86400:
        return f"{int(seconds // 86400)} days"
    return duration_text(max(int(seconds), 1) * 1_000_000).replace(".00", "")
