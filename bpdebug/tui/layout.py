"""Where each pane goes, as plain rectangles: no widget is touched here.

Three arrangements: *wide* has all places, *normal* two places with tabs, *narrow* one place with tabs.
Zooming is the narrow arrangement on a large screen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .pane_table import FRONT, LEFT, PANE_TABLE, PANES, PLACES, RIGHT, panes_in

__all__ = [
    "DEFAULT_SHARES",
    "MINIMUM_HEIGHT",
    "MINIMUM_WIDTH",
    "Box",
    "Plan",
    "Slot",
    "dragged",
    "make_plan",
    "resized",
    "valid_shares",
]

MINIMUM_WIDTH, MINIMUM_HEIGHT = 40, 10
WIDE_WIDTH, WIDE_HEIGHT = 140, 34
SIDE_WIDTH, SIDE_HEIGHT = 110, 16
STACKED_WIDTH, STACKED_HEIGHT = 80, 31

DEFAULT_SHARES: Mapping[str, float] = {
    "columns": 0.42,  # wide: width of the left column
    "left": 0.5,  # wide: height of source in it
    "tensor": 0.45,  # wide: height of tensor in the right column
    "weights": 0.28,  # wide: height of weights below it; what is left is for loss and console
    "bottom": 0.5,  # wide: width of loss beside console
    "side": 0.45,  # normal, side by side: width of the left place
    "stack": 0.5,  # normal, one above the other: height of the upper place
}

_LEFT_PLACES = ("source", "timeline")
_SMALLEST, _LARGEST = 0.12, 0.88
_STEP = 0.04

# What "grow" does to the shares, by mode and place: (share, +1 or -1).
_GROWTH: Mapping[str, Mapping[str, tuple[tuple[str, int], ...]]] = {
    "wide": {
        "source": (("columns", 1), ("left", 1)),
        "timeline": (("columns", 1), ("left", -1)),
        "tensor": (("columns", -1), ("tensor", 1)),
        "weights": (("columns", -1), ("weights", 1)),
        "loss": (("weights", -1), ("bottom", 1)),
        "console": (("weights", -1), ("bottom", -1)),
    },
    "side": {place: (("side", 1 if place in _LEFT_PLACES else -1),) for place in PLACES},
    "stack": {place: (("stack", 1 if place in _LEFT_PLACES else -1),) for place in PLACES},
}
_PLACE_OF = {kind.name: kind.place for kind in PANE_TABLE}


@dataclass(frozen=True)
class Box:
    """A rectangle in cells, from the workspace's upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Slot:
    """One place on the screen: a line with tabs, and below it the pane that is in front.

    Attributes:
        panes: those that share the place, in the order of their tabs.
        shown: the one in front.
        box: the whole place with its line of tabs.
    """

    panes: tuple[str, ...]
    shown: str
    box: Box


@dataclass(frozen=True)
class Plan:
    """An arrangement for one size of the terminal; `mode` is wide, side, stack, narrow or small (no slots)."""

    mode: str
    slots: tuple[Slot, ...]

    @property
    def shown(self) -> tuple[str, ...]:
        """The panes that can be seen."""
        return tuple(slot.shown for slot in self.slots)


def make_plan(
    width: int,
    height: int,
    shares: Mapping[str, float] = DEFAULT_SHARES,
    recent: Sequence[str] = FRONT,
    zoomed: bool = False,
) -> Plan:
    """Arrange the panes.

    Args:
        width, height: of the whole terminal, cells; two lines of it (status, keys) aren't the panes'.
        shares: how places divide the room, as `DEFAULT_SHARES`.
        recent: all panes, the most recently focused one first; a place shows the most recent of its panes.
        zoomed: give all room to the most recent pane.
    """
    if width < MINIMUM_WIDTH or height < MINIMUM_HEIGHT:
        return Plan("small", ())
    room = Box(0, 0, width, height - 2)

    def slot(panes: tuple[str, ...], box: Box) -> Slot:
        return Slot(panes, min(panes, key=recent.index), box)

    if not zoomed and width >= WIDE_WIDTH and height >= WIDE_HEIGHT:
        boxes = _wide(room, shares)
        return Plan("wide", tuple(slot(panes_in(place), box) for place, box in boxes.items()))
    if not zoomed and width >= SIDE_WIDTH and height >= SIDE_HEIGHT:
        first, second = _columns(room, shares["side"])
        return Plan("side", (slot(LEFT, first), slot(RIGHT, second)))
    if not zoomed and width >= STACKED_WIDTH and height >= STACKED_HEIGHT:
        first, second = _rows(room, shares["stack"])
        return Plan("stack", (slot(LEFT, first), slot(RIGHT, second)))
    return Plan("narrow", (slot(PANES, room),))


def resized(shares: Mapping[str, float], mode: str, pane: str, steps: int) -> dict[str, float] | None:
    """The shares after growing `pane` by `steps` (shrinking when negative); None where nothing can change."""
    place = _PLACE_OF[pane]
    changes = _GROWTH.get(mode, {}).get(place, ())
    after = dict(shares)
    for name, sign in changes:
        after[name] = min(_LARGEST, max(_SMALLEST, round(after[name] + sign * steps * _STEP, 4)))
    # Loss and console always keep a strip of their own below weights.
    if after["tensor"] + after["weights"] > _LARGEST:
        other = "weights" if place == "tensor" else "tensor"
        after[other] = max(
            _SMALLEST, round(_LARGEST - after["tensor" if place == "tensor" else "weights"], 4)
        )
        if after["tensor"] + after["weights"] > _LARGEST + 1e-9:
            return None
    return after if after != dict(shares) else None


def dragged(
    shares: Mapping[str, float], plan: Plan, slot: Slot, place: tuple[int, int], room: tuple[int, int]
) -> dict[str, float]:
    """The shares after the upper or left edge of `slot` was dragged.

    Args:
        plan: the arrangement in which the person drags.
        slot: one of its slots.
        place: (x, y) where the edge is wanted: y counts for the upper edge and x for the left one; -1 leaves that.
        room: (width, height) of all slots together.
    """
    x, y = place
    after = dict(shares)
    name = _PLACE_OF[slot.panes[0]]

    def put(share: str, value: float) -> None:
        after[share] = min(_LARGEST, max(_SMALLEST, round(value, 4)))

    if plan.mode in ("side", "stack"):
        put(plan.mode, x / room[0] if plan.mode == "side" else y / room[1])
        return after
    if x >= 0 and name == "console":
        right = next(one.box for one in plan.slots if "tensor" in one.panes)
        put("bottom", (x - right.x) / right.width)
    elif x >= 0:
        put("columns", x / room[0])
    if y >= 0 and name == "timeline":
        put("left", y / room[1])
    elif y >= 0 and name == "weights":
        # What is below stays where it is.
        end = shares["tensor"] + shares["weights"]
        put("tensor", min(y / room[1], end - _SMALLEST))
        put("weights", end - after["tensor"])
    elif y >= 0 and name in ("loss", "console"):
        put("weights", min(y / room[1], _LARGEST) - shares["tensor"])
    return valid_shares(after)


def valid_shares(found: object) -> dict[str, float]:
    """What can be used of saved shares; the rest (and whatever is damaged) as `DEFAULT_SHARES` says."""
    shares = dict(DEFAULT_SHARES)
    if isinstance(found, dict):
        for name in DEFAULT_SHARES:
            value = found.get(name)
            if isinstance(value, (int, float)) and _SMALLEST <= value <= _LARGEST:
                shares[name] = float(value)
    if shares["tensor"] + shares["weights"] > _LARGEST:
        shares["tensor"], shares["weights"] = DEFAULT_SHARES["tensor"], DEFAULT_SHARES["weights"]
    return shares


def _wide(room: Box, shares: Mapping[str, float]) -> dict[str, Box]:
    """Where each of the `PLACES` is."""
    left, right = _columns(room, shares["columns"])
    source, timeline = _rows(left, shares["left"])
    tensor, below = _rows(right, shares["tensor"])
    weights, bottom = _rows(below, shares["weights"] / (1 - shares["tensor"]))
    loss, console = _columns(bottom, shares["bottom"])
    return dict(zip(PLACES, (source, timeline, tensor, weights, loss, console), strict=True))


def _columns(box: Box, share: float) -> tuple[Box, Box]:
    """Split into left and right with one empty column between them."""
    left = max(1, min(box.width - 2, round((box.width - 1) * share)))
    return (
        Box(box.x, box.y, left, box.height),
        Box(box.x + left + 1, box.y, box.width - left - 1, box.height),
    )


def _rows(box: Box, share: float) -> tuple[Box, Box]:
    """Split into upper and lower; the lower one's line of tabs separates them."""
    upper = max(3, min(box.height - 3, round(box.height * share)))
    return Box(box.x, box.y, box.width, upper), Box(box.x, box.y + upper, box.width, box.height - upper)
