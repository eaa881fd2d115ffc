"""`bpdebug check`: find the fault of a training, in a script that is run for a while or in a recorded run."""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..collecting import held_off
from ..errors import LogError, UsageError
from ..text import clean
from .bounded import run_bounded
from .opening import open_run
from .run_directory import choose_directory
from .run_names import RUN_HELP, find_run, run_called
from .script_file import check_is_readable
from .telling import tell

__all__ = ["configure", "execute"]

ITERATIONS = 300
SECONDS = 60.0
FORMATS = ("text", "json", "sarif")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.usage = "bpdebug check [options] SCRIPT [ARGUMENTS ...] | RUN"
    parser.epilog = (
        "A script is run without a screen, in a process of its own, until the bound is reached; its output isn't"
        " shown. Exit status: 0 nothing found but perhaps infos, 1 findings, 2 misuse."
    )
    parser.add_argument(
        "--iterations",
        metavar="N",
        type=_whole,
        default=ITERATIONS,
        help=f"stop the script after N training iterations (default: {ITERATIONS})",
    )
    parser.add_argument(
        "--seconds",
        metavar="S",
        type=_seconds,
        default=SECONDS,
        help=f"stop it after S seconds (default: {SECONDS:g})",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print (default: text)")
    parser.add_argument("--log", metavar="DIR", help="keep the recording in DIR, new or empty")
    parser.add_argument(
        "command",
        metavar="SCRIPT|RUN",
        nargs=argparse.PARSER,
        help=f"a script, and behind it whatever it takes; or {RUN_HELP}",
    )


def execute(options: argparse.Namespace) -> int:
    """Print the findings; returns the exit status.

    Raises:
        BpdebugError: misuse, or a run that can't be read.
    """
    with held_off():  # the history of a run is many small objects, all of which stay
        return _check(options)


def _check(options: argparse.Namespace) -> int:
    words = options.command
    target, *args = words[1:] if words[0] == "--" and len(words) > 1 else words
    if _is_run(target):
        if args:
            raise UsageError(f"{target} is a recorded run: nothing can stand behind it")
        if options.log:
            raise UsageError("--log goes with a script: a recorded run is there already")
        return _report(options, target, run_called(target))
    check_is_readable(target)
    with _directory(target, options.log) as directory:
        run_bounded(target, args, directory, options.iterations, options.seconds)
        return _report(options, target, directory)


def _is_run(target: str) -> bool:
    """Whether `target` is a recording: a directory, a file that isn't Python's to run, or the name of a run."""
    if os.path.isdir(target) or target.endswith(".bpd"):
        return True
    return not target.endswith(".py") and not os.path.exists(target) and find_run(target) is not None


@contextmanager
def _directory(script: str, wanted: str | None) -> Iterator[Path]:
    """Where to record: what was asked for, or a folder that goes afterwards."""
    if wanted is not None:
        yield choose_directory(script, wanted)
        return
    folder = Path(tempfile.mkdtemp(prefix="bpdebug-check-"))
    try:
        yield folder / "run"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _report(options: argparse.Namespace, target: str, directory: Path) -> int:
    from ..diagnosis import Severity, diagnose
    from ..diagnosis.as_json import findings_json
    from ..diagnosis.facts.history import MAX_EVENTS
    from ..diagnosis.report import report_lines, summary
    from ..diagnosis.sarif import findings_sarif

    try:
        with open_run(os.fspath(directory)) as reader:
            findings = diagnose(reader, max_events=MAX_EVENTS)
            looked_at = summary(reader, MAX_EVENTS)
            problem = reader.problem
            if not reader.finished and (why := reader.why_stopped):
                problem = f"recording stopped, and the script went on: {clean(why)}"
    except LogError as error:  # 1 means findings
        raise UsageError(str(error)) from error
    if options.format == "json":
        print(json.dumps(findings_json(findings, target=target, **looked_at), indent=1))
    elif options.format == "sarif":
        print(json.dumps(findings_sarif(findings), indent=1))
    else:
        for line in report_lines(findings, looked_at, os.getcwd()):
            print(line)
    if problem:
        tell(f"{target}: {problem}")
    return int(any(finding.severity is not Severity.info for finding in findings))


def _whole(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 on is wanted")
    return int(text)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 1e7:
        raise argparse.ArgumentTypeError(f"{text}: a number of seconds above 0 is wanted")
    return value
