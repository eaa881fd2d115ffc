"""The last line of the screen: what the keys do, or what there is to say just now."""

from __future__ import annotations

from rich.text import Text

from ...text import cell_width, fit
from ..key_plan import KeyPlan
from ..keymap import KEYMAP, MAIN, Key
from .part_style import text_style
from .steady import Steady

__all__ = ["KeyLine", "fitting_hints"]

_ALWAYS = ("run", "help", "quit")


def fitting_hints(keys: list[Key], width: int, plan: KeyPlan | None = None) -> list[tuple[str, str]]:
    """(key, hint) of as many keys as fit into `width` cells, in the table's order; help and quit always."""
    plan = plan or KeyPlan()
    hints = {key.id: (plan.shown(key.id), key.hint) for key in keys if key.hint and plan.keys[key.id]}
    sizes = {name: cell_width(key) + cell_width(hint) + 3 for name, (key, hint) in hints.items()}
    kept = [name for name in _ALWAYS if name in hints]
    used = sum(sizes[name] for name in kept)
    for name in hints:
        if name not in kept and used + sizes[name] <= width:
            kept.append(name)
            used += sizes[name]
    return [hints[name] for name in hints if name in kept]


class KeyLine(Steady):
    """Hints from the table of keys; a notice takes their place until the next command."""

    COMPONENT_CLASSES = {"keys--key", "keys--hint", "keys--notice"}

    def __init__(self, live: bool, two: bool = False, keys: KeyPlan | None = None) -> None:
        super().__init__(id="keys")
        self._plan = keys or KeyPlan()
        self._keys = [
            key for key in KEYMAP if key.where == MAIN and (live or not key.live) and (two or not key.two)
        ]
        self.notice = ""
        self.state = ""

    def say(self, notice: str) -> None:
        """Show `notice`, one clean line; "" brings the keys back."""
        if notice != self.notice:
            self.notice = notice
            self.refresh()

    def show_state(self, state: str) -> None:
        """Where there is no notice: show what the run is at, before as many keys as have room; "" for nothing."""
        if state != self.state:
            self.state = state
            self.refresh()

    def render(self) -> Text:
        width = self.content_size.width
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        said = self.notice or self.state
        if said:
            line.append(
                fit(f" {said}", width) if cell_width(said) >= width else f" {said} ",
                text_style(self, "keys--notice"),
            )
        if self.notice:
            return line
        for key, hint in fitting_hints(self._keys, width - line.cell_len, self._plan):
            line.append(f" {key} ", text_style(self, "keys--key"))
            line.append(f"{hint} ", text_style(self, "keys--hint"))
        return line
