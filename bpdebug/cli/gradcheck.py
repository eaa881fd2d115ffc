"""`bpdebug gradcheck`: are the gradients right, of a script's ops or of a recorded run."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from ..errors import SessionError, UsageError
from ..explain.gradients import check_run, check_step
from ..gradcheck import Checked, ParameterCheck, StepCheck
from ..launch import ChildSettings, child_command
from ..log.reader import LogReader
from ..session.lifeline import lifeline
from ..timeline import Timeline
from .addresses import event_address
from .gradcheck_report import Report
from .opening import open_run
from .run_names import RUN_HELP
from .script_file import check_is_readable, syntax_error
from .show import find_event

__all__ = ["configure", "execute"]

_RESULTS = "gradients.jsonl"
Result = StepCheck | ParameterCheck


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    parser.add_argument(
        "--iterations",
        metavar="N",
        type=int,
        default=1,
        help="of a script: check N backward walks, then end it (default: 1)",
    )
    parser.add_argument("--at", metavar="ADDRESS", type=event_address, help="of a run: check only this step")
    parser.add_argument(
        "--every",
        action="store_true",
        help="of a run: check every step and walk, not only the first of its kind",
    )
    parser.add_argument(
        "target",
        metavar="SCRIPT|RUN",
        help=f"a script to run and check; or {RUN_HELP}",
    )
    parser.add_argument("args", nargs=argparse.REMAINDER, metavar="ARGUMENTS", help="the script's own")


def execute(options: argparse.Namespace) -> int:
    """Check and report; returns 0 where all gradients are right, 1 where one is wrong.

    Raises:
        UsageError: there is no such script or run, or nothing in it can be checked.
    """
    if options.target.endswith(".py"):
        return _check_script(options)
    if options.args:
        raise UsageError("a recorded run takes no arguments; put options before RUN")
    with open_run(options.target) as reader:
        timeline = Timeline(reader)
        return _report(timeline, _of_run(timeline, options), options)


def _of_run(timeline: Timeline, options: argparse.Namespace) -> Iterator[Result]:
    from ..frontends.engine_ops import EngineOps

    runner = EngineOps()
    if options.at:
        yield check_step(timeline, find_event(timeline, options.at), runner)
    else:
        yield from check_run(timeline, runner, options.every)


def _check_script(options: argparse.Namespace) -> int:
    """Run the script in its own process, which checks its ops while it runs."""
    script = options.target
    check_is_readable(script)
    if options.iterations < 1:
        raise UsageError("--iterations must be 1 or more")
    if error := syntax_error(script):
        raise UsageError(f"{script} can't be parsed: {error.strip()}")
    with lifeline() as line, tempfile.TemporaryDirectory(prefix="bpdebug-gradcheck-") as directory:
        run, results = Path(directory) / "run", Path(directory) / _RESULTS
        settings = ChildSettings(
            log_directory=os.fspath(run),
            gradcheck=os.fspath(results),
            gradcheck_walks=options.iterations,
            parent=os.getpid(),
            lifeline=line,
        )
        status = _run(child_command(settings, script, options.args), script, line)
        found = list(_results_of(results))
        walks = next((result.walks for result in found if isinstance(result, Checked)), 0)
        checks = [result for result in found if not isinstance(result, Checked)]
        if not checks:
            ended = f" (it ended with status {status})" if status else ""
            raise UsageError(f"{script}: no backward walk, so there is no gradient to check{ended}")
        if status and walks < options.iterations:
            sys.stderr.write(
                f"bpdebug: {script} ended with status {status}; this is what was checked until then\n"
            )
        with LogReader(run) as reader:
            return _report(Timeline(reader), checks, options)


def _run(command: list[str], script: str, line: int) -> int:
    """Run the script; what it prints goes to stderr, because stdout is for the report."""
    try:
        with subprocess.Popen(
            command, stdout=sys.stderr.fileno() if _has_fileno() else subprocess.DEVNULL, pass_fds=(line,)
        ) as process:
            try:
                return process.wait()
            except BaseException:
                process.terminate()
                raise
    except OSError as error:
        raise SessionError(
            f"{script}: the script's process can't be started: {error.strerror or error}"
        ) from error


def _has_fileno() -> bool:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return sys.stderr.fileno() >= 0
    return False


def _results_of(path: Path) -> Iterator[Result | Checked]:
    """The results that the script's process wrote; a last line that is cut off is left out."""
    decoder = msgspec.json.Decoder(StepCheck | ParameterCheck | Checked)
    lines = path.read_bytes().splitlines() if path.exists() else []
    for line in lines:
        with contextlib.suppress(msgspec.DecodeError):
            yield decoder.decode(line)


def _report(timeline: Timeline, results: Iterable[Result], options: argparse.Namespace) -> int:
    report = Report(timeline, options.target)
    for result in results:
        report.add(result)
    print(report.as_json() if options.format == "json" else "\n".join(report.lines()))
    if not report.steps:
        raise UsageError(f"{options.target}: no backward step, so there is no gradient to check")
    return 1 if report.wrong else 0
