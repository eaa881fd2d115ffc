"""The names of events that people type: `it3/backward/MLP.l1/linear~2`.

An address says iteration, phase, scope (where there is one), label, and an ordinal from the second event of the
same name on, or where the label itself ends as if it had one: a second variable `x` is named `x~2`. Labels may
hold `/` and `~`, so an address can't be taken apart by itself: `readings` lists what it can mean, and a log
knows which of these exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .schema import Phase

__all__ = ["Reading", "format_address", "readings"]

_ADDRESS = re.compile(r"it(?P<iteration>[0-9]{1,10})/(?P<phase>[a-z]+)/(?P<rest>.+)", re.DOTALL)
_ORDINAL = re.compile(r"(?P<label>.+)~(?P<ordinal>[0-9]{1,10})", re.DOTALL)


class Reading(NamedTuple):
    """One meaning of an address; `scope` is None where it names none."""

    iteration: int
    phase: Phase
    scope: str | None
    label: str
    ordinal: int


def format_address(iteration: int, phase: int, scope: str | None, label: str, ordinal: int) -> str:
    """The address of the event with these properties; `phase` is a `schema.Phase` number."""
    place = f"{scope}/" if scope is not None else ""
    again = f"~{ordinal}" if ordinal > 1 or ("~" in label and _ORDINAL.fullmatch(label)) else ""
    return f"it{iteration}/{Phase(phase).name}/{place}{label}{again}"


def readings(address: str) -> Iterator[Reading]:
    """All that `address` can mean, the most specific first; nothing if it isn't an address at all."""
    for text in dict.fromkeys((address, address.strip())):
        match = _ADDRESS.fullmatch(text)
        if match is None or match["phase"] not in Phase.__members__:
            continue
        iteration, phase = int(match["iteration"]), Phase[match["phase"]]
        first, slash, behind = match["rest"].partition("/")
        splits: list[tuple[str | None, str]] = [(None, match["rest"])]
        if slash and behind:
            splits.insert(0, (first, behind))
        for scope, label in splits:
            again = _ORDINAL.fullmatch(label)
            if again is not None and int(again["ordinal"]) > 0:
                yield Reading(iteration, phase, scope, again["label"], int(again["ordinal"]))
            yield Reading(iteration, phase, scope, label, 1)
