"""Themes of our own beside Textual's: without any colour, on a dark and on a light ground."""

from __future__ import annotations

from textual.app import App
from textual.theme import Theme

__all__ = ["THEMES", "is_colourless"]

THEMES = (
    Theme(
        name="mono-dark",
        primary="#d0d0d0",
        secondary="#b0b0b0",
        accent="#ffffff",
        foreground="#e8e8e8",
        background="#101010",
        surface="#1c1c1c",
        panel="#303030",
        success="#e0e0e0",
        warning="#f0f0f0",
        error="#ffffff",
        dark=True,
        variables={
            "primary-muted": "#484848", "secondary-muted": "#383838", "error-muted": "#606060",
            "text-primary": "#f0f0f0", "text-accent": "#ffffff", "text-error": "#ffffff",
            "text-muted": "#a8a8a8",
        },
    ),
    Theme(
        name="mono-light",
        primary="#404040",
        secondary="#606060",
        accent="#000000",
        foreground="#101010",
        background="#fcfcfc",
        surface="#f0f0f0",
        panel="#dcdcdc",
        success="#303030",
        warning="#202020",
        error="#000000",
        dark=False,
        variables={
            "primary-muted": "#c4c4c4", "secondary-muted": "#d4d4d4", "error-muted": "#b0b0b0",
            "text-primary": "#101010", "text-accent": "#000000", "text-error": "#000000",
            "text-muted": "#585858",
        },
    ),
)  # fmt: skip


def is_colourless(app: App[object]) -> bool:
    """Whether signs must do what colours do elsewhere: NO_COLOR, or a theme without any."""
    return app.no_color or app.theme.startswith("mono-")
