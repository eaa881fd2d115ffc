"""Choosing the colours: tried on the screen while a name is typed or looked at, kept when it is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .completion import unknown

if TYPE_CHECKING:
    from textual.app import App

    from .preferences import Preferences
    from .screens.main import MainScreen

__all__ = ["ThemeTrial", "choose_theme", "theme_names", "theme_typed"]


class ThemeTrial:
    """Shows a theme that is only looked at, and takes it back."""

    def __init__(self, app: App[None], preferences: Preferences) -> None:
        self._app = app
        self._preferences = preferences
        self._before = ""
        """The theme that was there before the first that was tried; "" while none is."""

    def try_on(self, name: str) -> None:
        """Show this theme; what isn't one brings back that of before."""
        if name not in self._app.available_themes:
            self.take_back()
        elif name != self._app.theme:
            self._before = self._before or self._app.theme
            self._app.theme = name

    def take_back(self) -> None:
        """Show the theme of before."""
        if self._before:
            self._app.theme = self._before
        self._before = ""

    def keep(self, name: str) -> None:
        """Take this theme, also for the next runs."""
        self._before = ""
        self._app.theme = self._preferences.theme = name
        self._preferences.save()


def theme_names(screen: MainScreen) -> list[str]:
    """All themes, Textual's and ours."""
    return sorted(screen.app.available_themes)


def theme_typed(text: str) -> str:
    """The name in a half-typed `theme NAME`, "" in any other text."""
    command, _, name = text.partition(" ")
    return name.strip() if command == "theme" else ""


def choose_theme(screen: MainScreen, name: str) -> None:
    """`:theme`: take it; without a name show the list of all."""
    names = theme_names(screen)
    if not name:
        screen.open_palette("theme")
    elif name in names:
        screen.debugger.theme_trial.keep(name)
        screen.say(f"theme {name}: kept for the next runs, too")
    else:
        screen.say(unknown("theme", name, names, "theme alone lists them"))
