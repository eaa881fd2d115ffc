"""`bpdebug run`: run a script under the debugger, on the screen or headless."""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..collecting import hold_off
from ..errors import BpdebugError, NotALog, SessionError, TerminalError, UsageError
from ..session.endings import shell_status
from . import headless
from .capture_options import add_capture_options, capture_options
from .progress_bar import ProgressBar
from .run_directory import choose_directory, free_name, missing_folders, remove_empty
from .run_names import short_name
from .script_file import check_is_readable, syntax_error
from .single_thread import import_numpy
from .stop_options import Stops, add_stop_options, stops_from
from .telling import tell
from .unwinding import unwinding
from .web import add_web_options, end_with_server, in_browser, serve

if TYPE_CHECKING:
    from ..exporters import Exporter
    from ..session import Session
    from ..timeline import Timeline

__all__ = ["configure", "execute"]

_START_LIMIT_S = 60.0
"""How long the child may take until its log can be opened: a cold disk, a busy machine."""
_LAST_WAIT_S = 3.0
"""How long to wait for the script's process to be gone, once it was told to."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's options and arguments."""
    parser.usage = "bpdebug run [options] SCRIPT [ARGUMENTS ...]"
    parser.epilog = "Options stand before the script; all that stands behind it is the script's own."
    parser.add_argument(
        "--headless", action="store_true", help="no screen: record, and pass the script's output through"
    )
    parser.add_argument(
        "--log",
        metavar="DIR",
        help="record to DIR, new or empty (default: a new one in ~/.local/state/bpdebug/runs)",
    )
    add_capture_options(parser)
    parser.add_argument("--export", metavar="FILE", help="with --headless: also write the events to FILE")
    parser.add_argument("--format", metavar="NAME", help="format of FILE (default: by its suffix)")
    parser.add_argument(
        "--real-chainer", action="store_true", help="use the installed Chainer; no events come from it"
    )
    add_stop_options(parser)
    parser.add_argument("--quiet", action="store_true", help="say nothing on stderr but what the script says")
    add_web_options(parser)
    # One argument for script and arguments, as argparse takes a subcommand: it is the only way in which it leaves
    # everything behind the script alone, a `--` right behind it as well.
    parser.add_argument(
        "command", metavar="SCRIPT", nargs=argparse.PARSER, help="the script, and behind it whatever it takes"
    )


def execute(options: argparse.Namespace) -> int:
    """Run the script; returns the exit status.

    Raises:
        BpdebugError: it can't be run, or not recorded.
    """
    words = options.command
    script, *args = words[1:] if words[0] == "--" and len(words) > 1 else words
    options.script = script
    check_is_readable(script)
    if options.real_chainer and importlib.util.find_spec("chainer") is None:
        raise UsageError(
            "--real-chainer: no Chainer is installed here; without this option bpdebug's own engine answers"
        )
    options.captured = capture_options(options)
    stops = stops_from(options)
    if options.headless:
        if stops:
            raise UsageError("--break, --break-on and --watch are for the screen; --headless never stops")
        return _run_headless(options, script, args)
    if options.web:
        if options.export or options.format:
            raise UsageError("--export and --format go with --headless, not with --web")
        if options.log:
            raise UsageError("--log DIR is for one run; with --web each opened page is a run of its own")
        return serve(options.arguments, len(words), options.port)
    if in_browser():
        end_with_server()
    else:
        _check_terminal(options)
    return _run_on_screen(options, script, args, stops)


def _run_headless(options: argparse.Namespace, script: str, args: list[str]) -> int:
    exporter = _exporter(options)
    if _tell_syntax_error(script):
        return 1
    missing = [] if options.log is None else missing_folders(options.log)
    directory = choose_directory(script, options.log)
    _tell_real_chainer(options)
    recorded = headless.record(
        script, args, directory, options.real_chainer, progress=not options.quiet, capture=options.captured
    )
    status = shell_status(recorded.returncode)
    try:
        _finish(options, directory, exporter, status, recorded.pid)
    except BpdebugError as error:
        if not status and isinstance(error, NotALog):
            raise SessionError(
                f"{directory}: the recording is gone: it was removed, or moved, while the script ran"
            ) from error
        if not status:
            raise
        # What the script's process says of itself goes first; where it could not begin a log, that says it all.
        if not isinstance(error, NotALog):
            tell(str(error))
        else:
            remove_empty([directory] if options.log is None else missing)
    return status


def _exporter(options: argparse.Namespace) -> Exporter | None:
    """The format that `--export` asks for, checked before the script runs for an hour."""
    if options.export is None:
        if options.format is not None:
            raise UsageError("--format says how to write what --export names; there is no --export")
        return None
    from ..exporters import exporter_for

    if options.export == "-":
        raise UsageError("--export -: the script's own output goes to stdout; name a file")
    exporter = exporter_for(options.format or "", options.export)
    folder = Path(options.export).parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK) or Path(options.export).is_dir():
        raise UsageError(f"--export {options.export}: can't write a file there")
    return exporter


def _finish(
    options: argparse.Namespace, directory: Path, exporter: Exporter | None, status: int, pid: int
) -> None:
    """After a headless run in the process `pid`: write the export, and say what was recorded.

    Raises:
        NotALog: in the directory is no run, or that of another process.
    """
    import numpy as np

    from ..exporters import ExportOptions, export_run
    from ..log.reader import LogReader
    from ..log.schema import Kind
    from ..timeline import Timeline
    from .export import find_faults
    from .unmet import unmet

    with LogReader(directory) as reader:
        if reader.run.pid != pid:
            raise NotALog(f"{directory}: the run in it is another one")
        lacks: list[str] = []
        if exporter is not None:
            with unwinding(), ProgressBar(f"writing {exporter.name}") as bar:
                asked = ExportOptions(progress=bar.tell, find=find_faults)
                lacks = export_run(reader, options.export, exporter, asked).lines()
        if options.quiet:
            return
        ops = np.isin(reader.index["kind"], (Kind.forward, Kind.backward, Kind.param_updated)).any()
        # Of a script that failed, its own message tells why nothing ran.
        if not ops and reader.finished and not options.real_chainer and status == 0:
            tell("no engine op ran: nothing to step; does the script import chainer?")
        count = len(reader)
        timeline = Timeline(reader)
        why = timeline.why_stopped()
        stopped = f"; recording stopped then, and the script went on: {why}" if why else ""
        tell(f"{count:,} event{'s' if count != 1 else ''} in {directory}{stopped}")
        for said in (*timeline.captures.said(), *unmet(timeline, options.captured)):
            tell(said)
        if reader.problem:
            tell(reader.problem)
        for line in lacks:
            tell(f"{options.export}: {line}")


def _run_on_screen(options: argparse.Namespace, script: str, args: list[str], stops: Stops) -> int:
    if options.export or options.format:
        raise UsageError(
            "--export and --format go with --headless; of a run on the screen, use: bpdebug export DIR"
        )
    if _tell_syntax_error(script):
        return 1
    runs = _Runs(options, script, args)
    _tell_real_chainer(options)
    hold_off()
    # The child starts first, and gets ready while the screen's libraries are imported here.
    runs.start()
    import_numpy()
    try:
        status = runs.show(stops)
    finally:
        runs.end()
    session = runs.session
    if status is None:
        runs.forget_first()
        sys.stderr.write(session.raw_output.decode(errors="replace"))
        raise SessionError(
            "the script's process did not get as far as the script; above is what it said, if anything"
        )
    if not options.quiet:
        _tell_kept(runs.directories)
    return status


def _tell_kept(directories: list[Path]) -> None:
    """Where the runs of the screen are, of which the last one began last."""
    *before, last = directories
    tell(f"the run is kept in {last}; to look at it again: bpdebug view {shlex.quote(short_name(last))}")
    if before:
        tell(f"what ran before it is kept in {', '.join(map(str, before))}")


class _Runs:
    """The run of the script that is on the screen, and those that came before it there."""

    def __init__(self, options: argparse.Namespace, script: str, args: list[str]) -> None:
        self._options = options
        self._script = script
        self._args = args
        self._readers = contextlib.ExitStack()
        self._started: list[Session] = []
        self._missing = [] if options.log is None else missing_folders(options.log)

    @property
    def session(self) -> Session:
        """The latest one."""
        return self._started[-1]

    @property
    def directories(self) -> list[Path]:
        """Where each run is recorded, in the order in which they began."""
        return [session.directory for session in self._started]

    def start(self) -> None:
        """Start the script, recording to a directory of its own: after the first, beside the one that `--log` names."""
        from ..session import Session

        wanted = self._options.log
        if wanted is not None and self._started:
            wanted = str(free_name(Path(os.path.abspath(wanted))))
        directory = choose_directory(self._script, wanted)
        self._started.append(
            Session.start(
                self._script,
                self._args,
                directory,
                real_chainer=self._options.real_chainer,
                capture=self._options.captured,
            )
        )

    def forget_first(self) -> None:
        """Of a first run whose log never began, leave no empty directory behind."""
        remove_empty(self.directories if self._options.log is None else self._missing)

    def restart(self) -> tuple[Timeline, Session]:
        """End the script, start it anew and wait until its log can be read.

        Raises:
            SessionError: it doesn't get that far.
        """
        told = syntax_error(self._script)
        if told:  # asked first: what is paused now stays where it is
            raise SessionError(f"the script can't be read any more: {told.strip().splitlines()[-1]}")
        self.session.terminate()
        self.session.wait(_LAST_WAIT_S)
        self.start()
        timeline = self.timeline()
        if timeline is None:
            raise SessionError("the script's process did not get as far as the script")
        return timeline, self.session

    def timeline(self) -> Timeline | None:
        """The timeline of the latest run; None if there is no log to show."""
        from ..frontends.engine_ops import EngineOps
        from ..log.reader import LogReader
        from ..log.run_file import is_run_of
        from ..session.script_ops import ScriptOps
        from ..timeline import Timeline

        session = self.session
        session.wait_for("running", "paused", timeout_s=_START_LIMIT_S)
        if not is_run_of(session.directory, session.pid):  # nor that of another one with the same `--log`
            return None
        timeline = Timeline(self._readers.enter_context(LogReader(session.directory)))
        timeline.runner = ScriptOps(session, EngineOps())
        timeline.live = True
        return timeline

    def show(self, stops: Stops) -> int | None:
        """Show the run until the person quits; the screen's own status, None if there was no log to show."""
        from ..tui.app import DebuggerApp

        timeline = self.timeline()
        if timeline is None:
            return None
        app = DebuggerApp(timeline, self.session, stops.breakpoints, stops.watches, self.restart)
        app.run()
        return app.return_code or 0

    def end(self) -> None:
        """End the script and let go of the logs."""
        for session in self._started:
            session.terminate()
            session.wait(_LAST_WAIT_S)
        self._readers.close()


def _check_terminal(options: argparse.Namespace) -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise TerminalError(
            "there is no terminal to show the debugger on; to record without one: "
            f"bpdebug run --headless {options.script}"
        )
    if os.environ.get("TERM", "") in ("", "dumb"):
        raise TerminalError(
            f"the terminal (TERM={os.environ.get('TERM', '')}) can't show a screen; to record without one: "
            f"bpdebug run --headless {options.script}"
        )


def _tell_syntax_error(script: str) -> bool:
    told = syntax_error(script)
    sys.stderr.write(told)
    return bool(told)


def _tell_real_chainer(options: argparse.Namespace) -> None:
    if options.real_chainer and not options.quiet:
        tell("--real-chainer: the installed Chainer is used, and no events can come from it")
