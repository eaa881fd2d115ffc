"""What a half-typed command may become, and what to say of a name that there isn't."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ..text import cell_width, clean

if TYPE_CHECKING:
    from ..timeline import Moment, Timeline
    from .commands import Command
    from .screens.main import MainScreen

__all__ = ["completed_expression", "completions", "shown_choices", "unknown"]

_NEAR_EVENTS = 200
"""Events before and after the current one whose addresses are offered."""


def completions(screen: MainScreen, commands: Sequence[Command], typed: str) -> list[str]:
    """The whole lines that begin with what is `typed`: commands, then what one of them takes.

    Where no word begins with what is typed of it, those that have it somewhere: `goto conv2`.
    """
    name, space, rest = typed.partition(" ")
    if not space:
        fitting = [command for command in commands if command.name.startswith(name)]
        return [f"{command.name} " if command.arguments else command.name for command in fitting]
    found = next((command for command in commands if command.name == name), None)
    if found is None or found.choices is None:
        return []
    known = dict.fromkeys(found.choices(screen))
    words = [word for word in known if word.startswith(rest)] or [word for word in known if rest in word]
    # Names come from the script: what can't be typed can't be offered.
    return [f"{name} {word}" for word in words if word.isprintable()]


def unknown(kind: str, name: str, names: Iterable[str], where: str) -> str:
    """In words that no `kind` is called `name`: those of `names` that come near, or `where` all of them are."""
    known = list(names)
    near = difflib.get_close_matches(name.lower(), known, 3, 0.6)
    near += [one for one in known if name and name.lower() in one and one not in near]
    said = f"no {kind} is called {name}: "
    return said + (f"near it: {', '.join(near[:3])}" if near else where)


def shown_choices(choices: Sequence[str], chosen: int, width: int) -> str:
    """As many of the `choices` around the chosen one as fit into `width` cells, that one in brackets.

    With `chosen` -1 none is: they are shown from the first on. Of lines that begin with the same command only what
    differs is shown; `…` stands for those left out.
    """
    first_words = {choice.partition(" ")[0] for choice in choices}
    begin = len(first_words.pop()) + 1 if len(choices) > len(first_words) == 1 else 0
    words = [clean(choice[begin:].strip()) for choice in choices]
    if chosen >= 0:
        words[chosen] = f"[{words[chosen]}]"
    chosen = max(chosen, 0)
    first, last = chosen, chosen + 1
    room = width - cell_width(words[chosen]) - 4
    while room > 0 and (first > 0 or last < len(words)):
        forward = last < len(words) and (first == 0 or last - chosen <= chosen - first)
        room -= cell_width(words[last] if forward else words[first - 1]) + 2
        if room >= 0:
            first, last = (first, last + 1) if forward else (first - 1, last)
    shown = "  ".join(words[first:last])
    return f"{'… ' if first else ''}{shown}{' …' if last < len(words) else ''}"


def addresses(screen: MainScreen) -> Iterable[str]:
    """Those of the events around the current one."""
    from ..errors import BpdebugError

    seq, timeline = screen.navigator.seq, screen.timeline
    for near in range(max(0, seq - _NEAR_EVENTS), min(max(0, seq) + _NEAR_EVENTS, len(timeline))):
        try:
            yield timeline.reader.address(near)
        except BpdebugError:  # of a damaged event
            continue


def break_places(screen: MainScreen) -> Iterable[str]:
    """Where a breakpoint can be: faulty numbers, links and their ops, parameters, events near by."""
    from ..breakpoints.text import BUILT_IN

    yield from BUILT_IN
    reader = screen.timeline.reader
    for scope in reader.scopes:
        yield scope.path
        yield f"{scope.path}/*"
    yield from (one.name for one in reader.variables if one.parameter)
    yield from addresses(screen)


def breakpoint_numbers(screen: MainScreen) -> Iterable[str]:
    """Those of the breakpoints that are set."""
    return map(str, range(1, len(screen.navigator.breakpoints) + 1))


def roles(screen: MainScreen) -> Iterable[str]:
    """The tensors of the current event."""
    return [] if screen.moment is None else (view.role for view in screen.moment.tensors)


def export_files(screen: MainScreen) -> Iterable[str]:
    """A file of each format, called as the script is."""
    from ..exporters import EXPORTERS

    stem = screen.timeline.reader.run.script.rsplit("/", 1)[-1].removesuffix(".py") or "run"
    return (f"{stem}{exporter.suffix}" for exporter in EXPORTERS.values())


def watchable(screen: MainScreen) -> Iterable[str]:
    """Expressions over parameters, and over the tensors of the current event."""
    yield "loss"
    yield from (f"norm({role})" for role in roles(screen) if role.isidentifier())
    for one in screen.timeline.reader.variables:
        if one.parameter:
            yield from (f"norm({one.name}.grad)", f"{one.name}.delta")


def completed_expression(timeline: Timeline, moment: Moment | None, typed: str) -> list[str]:
    """What an expression of the language of conditions may become: the word at its end completed."""
    from ..conditions.words import FIELDS, FUNCTIONS, ROLES, TENSORS

    begun = re.search(r"[\w.]*$", typed)
    word = "" if begun is None else begun.group()
    parameters = (one.name for one in timeline.reader.variables if one.parameter)
    tensors = [] if moment is None else [view.role for view in moment.tensors]
    known = [
        *tensors,
        *parameters,
        "loss",
        *(f"{name}(" for name in FUNCTIONS),
        *FIELDS,
        *TENSORS,
        *ROLES,
    ]
    fitting = dict.fromkeys(name for name in known if name.startswith(word) and name != word)
    return [typed[: len(typed) - len(word)] + name for name in fitting if name.isprintable()] if word else []
