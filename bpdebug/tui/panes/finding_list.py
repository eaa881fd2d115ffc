"""The rows of the Findings pane: causes, and indented under each what follows from it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.message import Message
from textual.strip import Strip

from ...text import clean, fit
from ..widgets.part_style import ground_style, text_style
from ..widgets.virtual_list import VirtualList, strip_of

if TYPE_CHECKING:
    from ...diagnosis import Finding

__all__ = ["FindingList"]

_SIGNS = {"error": "✖", "warning": "▲", "info": "·"}
"""By `Severity`."""


class FindingList(VirtualList, can_focus=False):
    """One row a finding."""

    COMPONENT_CLASSES = {
        "findings--error",
        "findings--warning",
        "findings--quiet",
        "findings--chosen",
        "findings--cursor",
    }

    DEFAULT_CSS = """
    FindingList {
        height: auto; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        & .findings--error { color: $text-error; text-style: bold; }
        & .findings--warning { color: $text-warning; text-style: bold; }
        & .findings--quiet { color: $text-muted; }
        & .findings--chosen { color: $text; text-style: bold; }
        & .findings--cursor { background: $primary-muted; }
    }
    """

    class Moved(Message):
        """The cursor is on another row."""

    class Entered(Message):
        """The row under the cursor was double-clicked."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[Finding, int]] = []
        self._seq = -1

    def show_findings(self, findings: list[Finding]) -> None:
        """Show these; the cursor stays on the finding of the same code and place."""
        before = self.chosen()
        self._rows = [
            row for cause in findings for row in [(cause, 0), *((symptom, 1) for symptom in cause.symptoms)]
        ]
        self.refresh_rows()
        if before is not None:
            same = [
                number
                for number, (finding, _) in enumerate(self._rows)
                if (finding.code, finding.where) == (before.code, before.where)
            ]
            self.move_cursor(same[0] if same else 0)

    def show_seq(self, seq: int) -> None:
        """The event that is shown now: what comes later is drawn quietly."""
        self._seq = seq
        self.refresh()

    def chosen(self) -> Finding | None:
        """The finding under the cursor."""
        return self._rows[self.cursor][0] if self.cursor < len(self._rows) else None

    @property
    def row_count(self) -> int:
        return len(self._rows)

    def row_chosen(self, row: int) -> None:
        self.post_message(self.Entered())

    def cursor_moved(self) -> None:
        self.post_message(self.Moved())

    def draw_row(self, row: int, width: int) -> Strip:
        finding, depth = self._rows[row]
        later = finding.seq is not None and finding.seq > self._seq
        look = text_style(self, f"findings--{'quiet' if depth or later else finding.severity.value}")
        quiet = text_style(self, "findings--quiet")
        base = self.base
        if row == self.cursor:
            base += ground_style(self, "findings--cursor")
            look = quiet = text_style(self, "findings--chosen")
        sign = ">" if row == self.cursor else _SIGNS[finding.severity]
        place = f"{PurePath(finding.file).name}:{finding.line}" if finding.file else ""
        head = f"{'  └ ' * depth}{sign} {finding.code}"
        text = clean(f"  {finding.where}  {place}")
        head = fit(head, min(width, len(head)))
        return strip_of([(head, look), (fit(text, max(0, width - len(head))), quiet)], width, base)
