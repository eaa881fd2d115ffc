"""The commands after `:` that are about breakpoints and watches."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from ..breakpoints import breakpoint_from_text
from ..errors import UsageError

if TYPE_CHECKING:
    from .screens.main import MainScreen

__all__ = ["set_breakpoint", "set_once"]


def set_breakpoint(screen: MainScreen, text: str) -> None:
    """`:break`"""
    if text:
        screen.add_breakpoint(screen.with_history(screen.breakpoint_typed(text)))
    else:
        screen.action_breakpoint()


def set_once(screen: MainScreen, text: str) -> None:
    """`:once`"""
    if not text:
        raise UsageError("once where? As for break: once MLP.l1/* if norm(gx) > 100")
    found = screen.with_history(screen.breakpoint_typed(text))
    screen.add_breakpoint(msgspec.structs.replace(found, once=True))


def list_breakpoints(screen: MainScreen, text: str) -> None:
    """`:breakpoints`"""
    screen.workspace.choose("breakpoints")


def clear(screen: MainScreen, text: str) -> None:
    """`:clear`"""
    screen.clear_breakpoints()


def delete(screen: MainScreen, text: str) -> None:
    """`:delete`"""
    screen.remove_breakpoint(_number(text, "delete 2"))


def enable(screen: MainScreen, text: str) -> None:
    """`:enable`"""
    screen.enable_breakpoint(_number(text, "enable 2"), True)


def disable(screen: MainScreen, text: str) -> None:
    """`:disable`"""
    screen.enable_breakpoint(_number(text, "disable 2"), False)


def ignore(screen: MainScreen, text: str) -> None:
    """`:ignore`"""
    words = text.split()
    if len(words) != 2:
        raise UsageError("which breakpoint, and how many hits? Such as: ignore 2 10")
    screen.ignore_hits(_number(words[0], "ignore 2 10"), _number(words[1], "ignore 2 10"))


def set_condition(screen: MainScreen, text: str) -> None:
    """`:condition`"""
    number, _, condition = text.partition(" ")
    found = screen.navigator.stops.get(_number(number, "condition 2 norm(gx) > 100"))
    place = found.place_text
    wanted = f"{place} if {condition}" if place and condition.strip() else place or condition
    changed = breakpoint_from_text(wanted)
    if place:  # as it was set, not as its text reads
        changed = msgspec.structs.replace(found, condition=changed.condition)
    screen.replace_breakpoint(int(number), changed)


def watch(screen: MainScreen, text: str) -> None:
    """`:watch`"""
    if text:
        screen.watch_expression(text)
    else:
        screen.action_watch()


def _number(text: str, example: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text.strip()):
        raise UsageError(f"a number was expected, as in: {example}")
    return int(text)
