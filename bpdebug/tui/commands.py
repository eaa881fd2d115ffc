"""What can be typed after `:`; one table, from which the prompt completes and the help screen is made."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import BpdebugError
from ..log.reader import LogReader
from ..text import count_text
from ..timeline.named_event import iteration_named, named_event
from . import completion as names
from . import explain_commands as why
from . import stop_commands as stops
from .pane_table import PANES
from .panes.tensor import TensorPane
from .theme_choice import choose_theme, theme_names

if TYPE_CHECKING:
    from .screens.main import MainScreen

__all__ = ["COMMANDS", "Command", "run_command"]


@dataclass(frozen=True)
class Command:
    """A word to type, what may follow it, what it does, and the function that does it.

    `choices` are words that may follow: Tab offers them.
    """

    name: str
    arguments: str
    help: str
    run: Callable[[MainScreen, str], None]
    choices: Callable[[MainScreen], Iterable[str]] | None = None


def run_command(screen: MainScreen, text: str) -> str:
    """Carry out what was typed; in words what was wrong with it, or "".

    An event's number or address alone means to go there.
    """
    name, _, rest = text.strip().partition(" ")
    if not name:
        return ""
    if name.isdecimal() or "/" in name:
        _goto(screen, text.strip())
        return ""
    if iteration_named(text.strip()) is not None:
        _iteration(screen, text)
        return ""
    found = [command for command in COMMANDS if command.name == name]
    found = found or [command for command in COMMANDS if command.name.startswith(name)]
    if len(found) > 1:
        return f"{name}: which of {', '.join(command.name for command in found)}"
    if not found:
        return names.unknown("command", name, [one.name for one in COMMANDS], "Tab goes through all of them")
    found[0].run(screen, rest.strip())
    return ""


def _goto(screen: MainScreen, text: str) -> None:
    if text:
        screen.go_to(named_event(screen.timeline.reader, text))
    else:
        screen.say("goto what? An address such as it0/forward/MLP.l1/linear, or an event's number")


def _iteration(screen: MainScreen, text: str) -> None:
    found = re.search(r"[0-9]{1,9}$", text.strip())
    if found is None:
        screen.say("which iteration? Such as: iteration 9")
        return
    number, index = int(found[0]), screen.timeline.reader.index
    reached = int(index[-1]["iteration"]) if len(index) else 0
    if number > reached and screen.navigator.alive:
        screen.run_to_iteration(number - reached)
    else:
        screen.go_to(named_event(screen.timeline.reader, f"it{number}"))


def _find_faults(reader: LogReader) -> list[list[str]]:
    from ..diagnosis.report import lines_of_findings  # most formats don't ask, and the rules take a while

    return lines_of_findings(reader)


def _not_an_export(text: str, suffixes: list[str]) -> str:
    """In words that the name of a file doesn't say in which format to write it."""
    suffix = os.path.splitext(text)[1]
    if suffix:
        return names.unknown("export format", suffix, suffixes, f"there are {' '.join(suffixes)}")
    example = f"events.{text}" if f".{text}" in suffixes else f"{text}.jsonl"
    return f"{text} has no ending that says which format, such as export {example}"


def _export(screen: MainScreen, text: str) -> None:
    if not text or text == "-":
        screen.say("export to which file? Such as: export events.jsonl")
        return
    from ..exporters import EXPORTERS, ExportOptions, export_run, exporter_for

    path = os.path.expanduser(text)
    suffixes = [exporter.suffix for exporter in EXPORTERS.values()]
    if not path.lower().endswith(tuple(suffixes)):
        screen.say(_not_an_export(text, suffixes))
        return
    exporter = exporter_for(path=path)
    directory = screen.timeline.reader.directory

    def write() -> None:
        # A reader of its own: this runs in a thread, and the screen goes on reading.
        try:
            with LogReader(directory) as reader:
                report = export_run(reader, path, exporter, ExportOptions(find=_find_faults))
            said = "; ".join([f"{count_text(report.events, 'event')} written to {path}", *report.lines()])
        except BpdebugError as error:
            said = str(error)
        screen.app.call_from_thread(screen.say, said)

    screen.say(f"writing {path} ...")
    screen.run_worker(write, thread=True, name="export")


def _divergence(screen: MainScreen, text: str) -> None:
    screen.action_first_divergence()


def _other(screen: MainScreen, text: str) -> None:
    screen.action_other_run()


def _slice(screen: MainScreen, text: str) -> None:
    tensor = screen.workspace.panes["tensor"]
    assert isinstance(tensor, TensorPane)
    screen.say(tensor.take_slice(text) if text else "slice what? Such as: slice [0, :, :, 3]")


def _screenshot(screen: MainScreen, text: str) -> None:
    path = os.path.expanduser(text or "bpdebug.svg")
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(screen.app.export_screenshot(title="bpdebug"))
    except OSError as error:
        screen.say(f"{path}: {error.strerror or error}")
    else:
        screen.say(f"a picture of the screen is in {path}")


def _copy(screen: MainScreen, text: str) -> None:
    if text in COPIES:
        screen.copy(text)
    else:
        screen.say(f"{f'copy {text}' if text else 'copy what'}? One of: {', '.join(COPIES)}")


def _pane(screen: MainScreen, text: str) -> None:
    found = [name for name in PANES if name == text] or [name for name in PANES if name.startswith(text)]
    if text and len(found) == 1:
        screen.workspace.choose(found[0])
    elif text and not found:
        screen.say(names.unknown("pane", text, PANES, f"there are {', '.join(PANES)}"))
    else:
        screen.say(f"which pane? {', '.join(found)}")


def _messages(screen: MainScreen, text: str) -> None:
    screen.action_messages()


def _help(screen: MainScreen, text: str) -> None:
    screen.action_help()


def _quit(screen: MainScreen, text: str) -> None:
    screen.action_quit_debugger()


COPIES = ("value", "row", "tensor", "address")
"""What can be copied: the element or line under the cursor, its row, the whole tensor, the event's address."""

COMMANDS: tuple[Command, ...] = (
    Command(
        "goto",
        "ADDRESS | NUMBER",
        "go to an event; its number or address alone does so, too",
        _goto,
        names.addresses,
    ),
    Command(
        "iteration", "N", "to where iteration N begins, which a live script runs to; also it9", _iteration
    ),
    Command(
        "break",
        "[PLACE] [if CONDITION]",
        "stop there: break MLP.l1/* if norm(gx) > 100",
        stops.set_breakpoint,
        names.break_places,
    ),
    Command(
        "once",
        "[PLACE] [if CONDITION]",
        "stop there, but only once",
        stops.set_once,
        names.break_places,
    ),
    Command(
        "condition",
        "N [CONDITION]",
        "give breakpoint N a condition, or none",
        stops.set_condition,
        names.breakpoint_numbers,
    ),
    Command(
        "ignore", "N COUNT", "let breakpoint N pass its next hits by", stops.ignore, names.breakpoint_numbers
    ),
    Command("enable", "N", "let breakpoint N stop again", stops.enable, names.breakpoint_numbers),
    Command("disable", "N", "let breakpoint N stop no more", stops.disable, names.breakpoint_numbers),
    Command("delete", "N", "take breakpoint N away", stops.delete, names.breakpoint_numbers),
    Command("clear", "", "take all breakpoints away", stops.clear),
    Command("breakpoints", "", "the pane of breakpoints and watches", stops.list_breakpoints),
    Command(
        "watch",
        "EXPRESSION",
        "show its value over time, or no longer: watch norm(gW)",
        stops.watch,
        names.watchable,
    ),
    Command("divergence", "", "to the first event in which two runs part (view --with)", _divergence),
    Command("other", "", "show the other of two runs at the same event", _other),
    Command(
        "explain", "[ELEMENT]", "why this element has its value: explain gW[3,5]", why.explain, names.roles
    ),
    Command("gradcheck", "", "check this step's gradients by differences", why.check_gradients),
    Command("export", "FILE.jsonl", "write the recorded events to a file", _export, names.export_files),
    Command("slice", "[0, :, :, 3]", "show this slice in the Tensor pane: one or two axes whole", _slice),
    Command(
        "copy", "value | row | tensor | address", "put it on the clipboard", _copy, lambda screen: COPIES
    ),
    Command("screenshot", "[FILE.svg]", "write a picture of the screen to a file", _screenshot),
    Command("pane", "NAME", "go to a pane", _pane, lambda screen: PANES),
    Command(
        "theme", "[NAME]", "choose the colours; without a name: the list of all", choose_theme, theme_names
    ),
    Command("messages", "", "the messages so far, in full, the latest first", _messages),
    Command("help", "", "the help screen", _help),
    Command("quit", "", "quit", _quit),
)
