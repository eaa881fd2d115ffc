"""The command palette: everything that can be done from here, found by a few letters of what it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from .commands import COMMANDS, Command, run_command
from .keymap import shown_key
from .pane_table import PANE_TABLE
from .theme_choice import choose_theme, theme_names

if TYPE_CHECKING:
    from .screens.main import MainScreen

__all__ = ["PROVIDERS", "PaletteCommands", "PaletteThemes", "theme_of"]

_THEME = "Theme: "
Entry = tuple[str, Callable[[], object], str]
"""What it is called, what does it, its key or how it is typed."""


class PaletteCommands(Provider):
    """Commands of the prompt, what the keys of the focused pane and of the screen do, panes and themes."""

    async def discover(self) -> Hits:
        """All of it."""
        for title, run, about in self._all():
            yield DiscoveryHit(title, run, help=about or None)

    async def search(self, query: str) -> Hits:
        """What has the letters of `query`, the best first."""
        matcher = self.matcher(query)
        for title, run, about in self._all():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, title, about or None)

    def _all(self) -> Iterator[Entry]:
        screen = self._main
        for command in COMMANDS:
            typed = f":{command.name} {command.arguments}".strip()
            yield f"{command.name}: {command.help}", partial(_begin, screen, command), typed
        seen: dict[str, list[str]] = {}
        actions: dict[str, Callable[[], object]] = {}
        for key, active in screen.active_bindings.items():
            binding = active.binding
            # Digits are no commands, and what Textual binds itself isn't ours to offer.
            if not active.enabled or not binding.id or not binding.description or "digit" in binding.action:
                continue
            seen.setdefault(binding.description, []).append(shown_key(key))
            actions.setdefault(
                binding.description, partial(screen.app.run_action, binding.action, active.node)
            )
        for description, keys in seen.items():
            yield description, actions[description], " ".join(dict.fromkeys(keys))
        for kind in PANE_TABLE:
            typed = f"{shown_key(kind.key)}  :pane {kind.name}"
            yield f"Pane: {kind.name}", partial(screen.workspace.choose, kind.name), typed
        yield from _themes(screen)

    @property
    def _main(self) -> MainScreen:
        from .screens.main import MainScreen

        assert isinstance(self.screen, MainScreen)
        return self.screen


class PaletteThemes(PaletteCommands):
    """All themes, and nothing else."""

    def _all(self) -> Iterator[Entry]:
        return _themes(self._main)


PROVIDERS = {"": PaletteCommands, "theme": PaletteThemes}
"""What the palette may offer."""


def theme_of(title: str | None) -> str:
    """The theme that an entry is about, "" if it is about none."""
    return title.removeprefix(_THEME) if title is not None and title.startswith(_THEME) else ""


def _themes(screen: MainScreen) -> Iterator[Entry]:
    # With nothing below its name, so that many are seen at once.
    for name in theme_names(screen):
        yield f"{_THEME}{name}", partial(choose_theme, screen, name), ""


def _begin(screen: MainScreen, command: Command) -> None:
    """Carry the command out, or let the person type what it needs."""
    if command.arguments:
        screen.ask(f"{command.name} ", f"{command.arguments}: {command.help}")
    else:
        screen.say(run_command(screen, command.name) or screen.notice)
