"""`bpdebug view`: open a recorded run on the screen, without its script."""

from __future__ import annotations

import argparse
import os
import sys

from ..collecting import hold_off
from ..errors import TerminalError
from .run_names import RUN_HELP
from .single_thread import import_numpy
from .stop_options import add_stop_options, stops_from
from .tolerance_options import add_with_option, check_tolerance_has_run, tolerance_from
from .web import add_web_options, end_with_server, in_browser, serve

__all__ = ["configure", "execute"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_stop_options(parser)
    parser.add_argument("run", metavar="RUN", help=RUN_HELP)
    add_with_option(parser)
    add_web_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Show the run until the person quits; returns the exit status.

    Raises:
        BpdebugError: the run can't be read, or there is no terminal.
    """
    check_tolerance_has_run(options)
    hold_off()
    import_numpy()
    from ..timeline import Timeline
    from .opening import open_run

    stops = stops_from(options)
    with open_run(options.run) as reader:
        if options.web:
            return serve(options.arguments, 0, options.port)
        if in_browser():
            end_with_server()
        else:
            _check_terminal(options.run)
        from ..frontends.engine_ops import EngineOps
        from ..tui.app import DebuggerApp

        timeline = Timeline(reader)
        timeline.runner = EngineOps()
        if options.with_run is None:
            DebuggerApp(timeline, None, stops.breakpoints, stops.watches).run()
            return 0
        from ..diff.beside import Beside
        from ..diff.marking import Marks

        with open_run(options.with_run) as other_reader:
            other = Timeline(other_reader)
            other.runner = timeline.runner
            marks = Marks(len(timeline), len(other))
            beside = Beside(timeline, other, marks, tolerance_from(options))
            DebuggerApp(timeline, None, stops.breakpoints, stops.watches, beside=beside).run()
    return 0


def _check_terminal(run: str) -> None:
    trouble = ""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        trouble = "the screen needs a terminal, and stdin or stdout is none here"
    elif os.environ.get("TERM", "") in ("", "dumb"):
        trouble = f"the terminal (TERM={os.environ.get('TERM', '')}) can't show a screen"
    if trouble:
        raise TerminalError(f"{trouble}\nAs plain text: bpdebug info {run}, bpdebug show {run} --at ADDRESS")
