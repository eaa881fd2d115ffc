"""The command palette: everything that can be done from here, found by a few letters of what it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider

from .commands import COMMANDS, Command, run_command
from .keymap import shown_key

if TYPE_CHECKING:
    from .screens.main import MainScreen

__all__ = ["PaletteCommands"]


class PaletteCommands(Provider):
    """Commands of the prompt, and what the keys of the focused pane and of the screen do."""

    async def discover(self) -> Hits:
        """All of it."""
        for title, run, about in self._all():
            yield DiscoveryHit(title, run, help=about)

    async def search(self, query: str) -> Hits:
        """What has the letters of `query`, the best first."""
        matcher = self.matcher(query)
        for title, run, about in self._all():
            score = matcher.match(title)
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, help=about)

    def _all(self) -> Iterator[tuple[str, Callable[[], object], str]]:
        """(what it is called, what does it, its key or how it is typed)."""
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

    @property
    def _main(self) -> MainScreen:
        from .screens.main import MainScreen

        assert isinstance(self.screen, MainScreen)
        return self.screen


def _begin(screen: MainScreen, command: Command) -> None:
    """Carry the command out, or let the person type what it needs."""
    if command.arguments:
        screen.ask(f"{command.name} ", f"{command.arguments}: {command.help}")
    else:
        screen.say(run_command(screen, command.name) or screen.notice)
