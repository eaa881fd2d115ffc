"""The colour ramp of heat maps: blue below zero, orange above, the ground colour at zero.

Blue and orange stay apart for every common kind of colour blindness, and size always shows as lightness too:
away from zero a dark theme gets lighter, a light theme darker. Knows no Textual.
"""

from __future__ import annotations

from functools import cache, lru_cache

from rich.color import Color
from rich.color_triplet import ColorTriplet
from rich.style import Style

__all__ = [
    "BLANK", "INFINITE", "LEVELS", "NOT_A_NUMBER", "SHADES", "contrast", "glyph_cell", "half_block", "ramp",
]  # fmt: skip

LEVELS = 24
"""Steps from zero to the largest magnitude; a level is an int from -LEVELS to LEVELS."""
BLANK = 127
"""As a level: no element here."""
NOT_A_NUMBER = 126
INFINITE = 125

_Color = tuple[int, int, int]

# From zero outwards.
_DARK_POSITIVE: tuple[_Color, ...] = (
    (44, 46, 52), (112, 60, 22), (200, 102, 32), (250, 176, 74), (255, 238, 196),
)  # fmt: skip
_DARK_NEGATIVE: tuple[_Color, ...] = (
    (44, 46, 52), (26, 68, 122), (44, 118, 198), (112, 180, 242), (208, 234, 255),
)  # fmt: skip
_LIGHT_POSITIVE: tuple[_Color, ...] = (
    (234, 234, 230), (250, 202, 140), (222, 124, 30), (150, 70, 4), (84, 36, 0),
)  # fmt: skip
_LIGHT_NEGATIVE: tuple[_Color, ...] = (
    (234, 234, 230), (160, 206, 244), (58, 130, 204), (20, 76, 148), (8, 36, 84),
)  # fmt: skip

_ALARM = Style(color="#ffffff", bgcolor="#c01c28", bold=True)

SHADES = "·░▒▓█"
"""Without colour: from (nearly) zero to the largest magnitude."""


def ramp(level: int, dark: bool) -> Color:
    """The colour of a level from -LEVELS to LEVELS."""
    red, green, blue = _mixed(level, dark)
    return Color.from_rgb(red, green, blue)


@lru_cache(maxsize=32768)
def half_block(top: int, bottom: int, dark: bool, ground: Style) -> tuple[str, Style]:
    """The character and style of one terminal cell that holds two levels, one above the other.

    `ground` is the style where no element is. A cell with a NaN or an infinity says so by a letter, whatever
    the other half is: alarm goes before detail.
    """
    if NOT_A_NUMBER in (top, bottom):
        return "N", ground + _ALARM
    if INFINITE in (top, bottom):
        return "∞", ground + _ALARM
    if top == bottom:
        return " ", ground if top == BLANK else ground + Style(bgcolor=ramp(top, dark))
    if bottom == BLANK:
        return "▀", ground + Style(color=ramp(top, dark))
    if top == BLANK:
        return "▄", ground + Style(color=ramp(bottom, dark))
    return "▀", ground + Style(color=ramp(top, dark), bgcolor=ramp(bottom, dark))


@cache
def glyph_cell(level: int) -> tuple[str, Style]:
    """Two characters for one level where there is no colour: its sign, and a shade for its size."""
    if level == BLANK:
        return "  ", Style()
    if level == NOT_A_NUMBER:
        return "NN", Style(bold=True, reverse=True)
    if level == INFINITE:
        return "∞∞", Style(bold=True, reverse=True)
    if level == 0:
        return " ·", Style()
    shade = SHADES[1 + (abs(level) - 1) * (len(SHADES) - 1) // LEVELS]
    return ("-" if level < 0 else "+") + shade, Style()


def _mixed(level: int, dark: bool) -> _Color:
    if level >= 0:
        anchors = _DARK_POSITIVE if dark else _LIGHT_POSITIVE
    else:
        anchors = _DARK_NEGATIVE if dark else _LIGHT_NEGATIVE
    place = min(abs(level), LEVELS) / LEVELS * (len(anchors) - 1)
    first = min(int(place), len(anchors) - 2)
    share = place - first
    one, two = anchors[first], anchors[first + 1]
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, two, strict=True))
    return red, green, blue


def contrast(first: ColorTriplet, second: ColorTriplet) -> float:
    """How well two colours can be told apart, from 1 to 21, as WCAG 2 counts it."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: ColorTriplet) -> float:
    shares = [part / 255 for part in color]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
