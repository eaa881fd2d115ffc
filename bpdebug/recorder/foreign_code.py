"""What code outside the engine was given, looked at before it ran: it may write into that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..devices.content import OnDevice
from ..devices.late import Comparison
from ..log.lent import same_content
from ..log.recent_contents import Entry
from .emitter import CONTENT

__all__ = ["Given", "Shown", "shown_of"]


class Shown(NamedTuple):
    """What an event shows of arrays that such code was given: what they held before it ran.

    Attributes:
        rows: of the arrays.
        known: by the identity of arrays, these among them.
        wrote: the places of those that hold something else by now.
        compared: what will tell that of arrays of a device.
    """

    rows: list[int | None]
    known: dict[int, Entry]
    wrote: list[int]
    compared: list[Comparison]


class Given(NamedTuple):
    """What one call of such code was given.

    Attributes:
        owner: of the recorder that has looked.
        known: what arrays held, by their identity; the engine holds them until the call is over.
        changed: of what the op keeps, as in a `BackwardBody`: what was changed by then.
        compared: what will tell more of that.
    """

    owner: object
    known: Mapping[int, Entry]
    changed: Sequence[str] = ()
    compared: Sequence[Comparison] = ()


def shown_of(
    given: Given | None, arrays: Sequence[Any], rows: list[int | None], now: dict[int, Entry]
) -> Shown:
    """What is to be shown of `arrays`, whose rows and entries are these by now; None: no such code was given them."""
    if given is None:
        return Shown(rows, now, [], [])
    shown = Shown(list(rows), dict(now), [], [])
    for place, array in enumerate(arrays):
        before = None if array is None else given.known.get(id(array))
        if before is None:
            continue
        content, after = before[CONTENT], now[id(array)][CONTENT]
        if content is after or not content or not after:
            continue
        if type(content) is OnDevice or type(after) is OnDevice:
            shown.compared.append(Comparison(place, after, (content,)))
        elif same_content(content, after):
            continue
        else:
            shown.wrote.append(place)
        shown.known[id(array)] = before
        shown.rows[place] = before[0]
    return shown
