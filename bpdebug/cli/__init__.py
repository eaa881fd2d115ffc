"""The command line: one table of commands, one file a command.

A command's module offers `configure(parser)` and `execute(options) -> exit status`, and is imported only when its
command is asked for: `bpdebug info` on a server loads no screen. stdout is data, stderr is talk.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from .. import __version__, native
from ..errors import BpdebugError
from .closed_streams import open_closed_streams

__all__ = ["COMMANDS", "Command", "main"]

_INTERRUPTED = 130
_BROKEN_PIPE = 141
"""As shells tell of a process that SIGINT or SIGPIPE ended."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its name, one line of help, and the module that carries it out."""

    name: str
    summary: str
    module: str


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("run", "run a script under the debugger, on the screen or headless", f"{__name__}.run"),
        Command("view", "open a recorded run on the screen", f"{__name__}.view"),
        Command("info", "say what a recorded run holds", f"{__name__}.info"),
        Command("show", "print one event of a recorded run as text", f"{__name__}.show"),
        Command("explain", "say why one element of a tensor has its value", f"{__name__}.explain"),
        Command(
            "gradcheck",
            "check gradients against finite differences, of a script or a run",
            f"{__name__}.gradcheck",
        ),
        Command("export", "write a recorded run in another format", f"{__name__}.export"),
        Command("check", "find the fault of a training, in a script or a recorded run", f"{__name__}.check"),
        Command("diff", "say where two recorded runs part, and how the difference grows", f"{__name__}.diff"),
        Command("runs", "list the recorded runs", f"{__name__}.runs"),
        Command("pack", "make one compressed file of a recorded run", f"{__name__}.pack"),
        Command(
            "verify", "check every reference and every content id of a recorded run", f"{__name__}.verify"
        ),
        Command("keys", "list the screen's keys and their ids", f"{__name__}.keys"),
        Command("rm", "remove recorded runs", f"{__name__}.rm"),
    )
}
"""All commands by name: help and dispatch read this."""


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command line.

    Args:
        argv: without the program's name; None means `sys.argv[1:]`.

    Returns:
        The exit status: 0, the script's own for `run`, 1 when something failed, 2 for misuse.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    open_closed_streams(discard_output=arguments[:1] == ["run"])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            if isinstance(stream, io.TextIOWrapper):
                # Names in Chinese on an ASCII terminal: readable, no crash.
                stream.reconfigure(errors="backslashreplace")
    try:
        status = _carry_out(arguments)
        sys.stdout.flush()
        return status
    except BpdebugError as error:
        _say(f"bpdebug: {error}")
        return error.exit_status
    except KeyboardInterrupt:
        _say("bpdebug: interrupted")
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone.
        _drop_output()
        return _BROKEN_PIPE
    except OSError as error:
        _say(f"bpdebug: {error.filename or 'writing the output'}: {error.strerror or error}")
        if error.filename is None:
            _drop_output()
        return 1


def _carry_out(arguments: list[str]) -> int:
    top = _top_parser()
    try:
        if not arguments:
            top.print_help(sys.stderr)
            return 2
        command = COMMANDS.get(arguments[0])
        if command is None:
            top.parse_args(arguments)  # --help and --version, or an error that names the commands
            return 2
        module = importlib.import_module(command.module)
        parser = argparse.ArgumentParser(
            prog=f"bpdebug {command.name}",
            description=f"{command.summary[0].upper()}{command.summary[1:]}.",
            allow_abbrev=False,
        )
        module.configure(parser)
        options = parser.parse_args(arguments[1:])
        options.arguments = arguments  # --web starts the same command again
    except SystemExit as stop:  # argparse has said what is wrong, or printed the help
        return stop.code if isinstance(stop.code, int) else 2
    return module.execute(options)


def _top_parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    listing = "\n".join(f"  {command.name:<{width}}  {command.summary}" for command in COMMANDS.values())
    parts = "with compiled parts" if native.is_there() else "without compiled parts"
    parser = argparse.ArgumentParser(
        prog="bpdebug",
        usage="bpdebug COMMAND ...",
        description="A stepping debugger for backpropagation, in the terminal.",
        epilog=f"commands:\n{listing}\n\n`bpdebug COMMAND --help` tells more about each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"bpdebug {__version__}, {parts}")
    parser.add_argument("command", choices=list(COMMANDS), metavar="COMMAND", help="what to do; see below")
    return parser


def _drop_output() -> None:
    """What is still buffered has nowhere to go; else Python tries once more at its end, and has a status of its own."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str) -> None:
    from ..text import clean  # brings NumPy, for which --help doesn't wait

    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(clean(text, keep="\n") + "\n")
        sys.stderr.flush()
