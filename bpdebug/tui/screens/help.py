"""Help: the keys that work where the focus is, as they are bound right now."""

from __future__ import annotations

from dataclasses import dataclass

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from ...text import cell_width
from ..commands import COMMANDS
from ..keymap import GROUPS, KEYMAP, key_of, shown_key

__all__ = ["HelpLine", "HelpScreen", "help_sections"]

_OTHER = "Other"


@dataclass(frozen=True)
class HelpLine:
    """Keys (as shown) and what they do."""

    keys: str
    text: str


def help_sections(active: dict[str, ActiveBinding], pane: str) -> list[tuple[str, list[HelpLine]]]:
    """Sections of the help: (heading, lines), for the bindings that are active now.

    What the focused pane binds comes first, then the groups of the table, all in the table's order; what Textual
    itself binds comes last.
    """
    grouped: dict[str, dict[tuple[str, str], list[str]]] = {}
    for name, binding in active.items():
        if not binding.enabled or not binding.binding.description:
            continue
        known = key_of(binding.binding.id)
        heading = known.group if known else pane if binding.binding.id else _OTHER
        identity = known.id if known else binding.binding.action
        text = known.help if known else binding.binding.description
        grouped.setdefault(heading, {}).setdefault((identity, text), []).append(name)
    places = {key.id: place for place, key in enumerate(KEYMAP)}
    sections = []
    for heading in dict.fromkeys((pane, *GROUPS, _OTHER)):
        found = sorted(grouped.get(heading, {}).items(), key=lambda one: places.get(one[0][0], len(places)))
        if found:
            sections.append((heading, [HelpLine(_shown(names), text) for (_, text), names in found]))
    return sections


def _shown(names: list[str]) -> str:
    if set("123456789") <= set(names):
        return "0..9"
    return " ".join(dict.fromkeys(shown_key(name) for name in names if name != "f23"))


class HelpScreen(ModalScreen[None]):
    """Closed by Escape, `q`, `?` or F1."""

    BINDINGS = [
        ("escape,q,question_mark,f1,ctrl+q", "dismiss", "close the help"),
    ]

    def __init__(self, sections: list[tuple[str, list[HelpLine]]]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help"):
            yield Static(self.text(), id="help-text")

    def text(self) -> Text:
        """All of the help."""
        made = Text()
        made.append("Lower case goes forward in time, UPPER CASE the same thing backward.\n", "italic")
        made.append("↑ ↓ PgUp PgDn scroll here, Esc closes.\n", "italic")
        for heading, lines in self._sections:
            _add_section(made, heading, [(line.keys, line.text) for line in lines])
        typed = [(f":{one.name} {one.arguments}".strip(), one.help) for one in COMMANDS]
        _add_section(made, "Commands", typed)
        return made

    def on_mount(self) -> None:
        self.query_one("#help").border_title = "Keys"


def _add_section(made: Text, heading: str, lines: list[tuple[str, str]]) -> None:
    made.append(f"\n{heading}\n", "bold underline")
    width = min(16, max(cell_width(keys) for keys, _ in lines))
    for keys, text in lines:
        made.append(f"  {keys}{' ' * max(0, width - cell_width(keys))}", "bold")
        # What doesn't fit beside its key stands below it.
        made.append(f"  {text}\n" if cell_width(keys) <= width else f"\n      {text}\n")
