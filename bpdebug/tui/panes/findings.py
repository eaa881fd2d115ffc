"""The Findings pane: what is wrong with this training, as far as the run has come.

The rules look at the log on a thread of their own, with a reader of their own; again when a live run has grown by much.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.message import Message

from ...text import count_text
from ..findings_worker import FindingsWorker
from ..keymap import bindings_for
from ..messages import FindingsFound, GoTo, Notice, SubtitleChanged
from ..widgets.lines import Lines, Piece
from ..widgets.steady import Fitted
from .finding_list import FindingList

if TYPE_CHECKING:
    from ...diagnosis import Finding
    from ...timeline import Moment, Timeline

__all__ = ["FindingsPane"]

_LIST_PART = 3


class FindingsPane(Fitted, can_focus=True):
    """A list of causes with their symptoms, and below it the one under the cursor; Enter goes to its first event."""

    TITLE = "Findings"
    title = TITLE
    BINDINGS = bindings_for("findings")

    DEFAULT_CSS = """
    FindingsPane { layout: vertical; overflow: hidden; }
    """

    class Looked(Message):
        """The rules have looked at the run."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, FindingsPane.Looked)

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subtitle = ""
        self._worker = FindingsWorker(lambda: self.post_message(self.Looked()))
        self._timeline: Timeline | None = None
        self._heading = Lines()
        self._list = FindingList()
        self._detail = Lines()

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self._list
        yield self._detail

    def on_unmount(self) -> None:
        self._worker.close()

    # ---- what it is told ------------------------------------------------------------------------------------

    def show(self, moment: Moment, timeline: Timeline) -> None:
        """Findings are about the whole run; the rows that the event is past are lit."""
        self._timeline = timeline
        self._list.show_seq(moment.seq)
        self.grown()

    def grown(self) -> None:
        """The log may hold more than before."""
        if self._timeline is not None:
            self._worker.look(self._timeline.reader.directory, len(self._timeline), not self._timeline.live)
            self._update()

    def copy_text(self) -> tuple[str, str]:
        """(what it is, the text): the finding under the cursor."""
        finding = self._list.chosen()
        return "finding", "" if finding is None else "\n".join(_lines(finding))

    # ---- drawing --------------------------------------------------------------------------------------------

    def _update(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        found = self._worker.findings
        self._heading.show([_heading(found, self._worker)])
        rows = self._list.row_count
        room = self.size.height - 1
        self._list.display = bool(rows)
        self._list.styles.height = min(rows, max(2, room // _LIST_PART))
        finding = self._list.chosen()
        lines = [] if finding is None else _lines(finding, max(20, self.size.width - 1))
        self._detail.styles.height = max(0, room - min(rows, max(2, room // _LIST_PART)))
        self._detail.show([[(line, _style(number))] for number, line in enumerate(lines)])
        subtitle = "" if found is None else count_text(len(found), "finding")
        if subtitle != self.subtitle:
            self.subtitle = subtitle
            self.post_message(SubtitleChanged())

    # ---- events and keys ------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self._update()

    def on_findings_pane_looked(self) -> None:
        found = self._worker.findings or []
        self._list.show_findings(found)
        self._update()
        self.post_message(FindingsFound({finding.seq: "!" for finding in found if finding.seq is not None}))

    def on_finding_list_moved(self, message: FindingList.Moved) -> None:
        message.stop()
        self._update()

    def on_finding_list_entered(self, message: FindingList.Entered) -> None:
        message.stop()
        self.action_go()

    def action_cursor(self, rows: int) -> None:
        """Move the cursor."""
        self._list.move_cursor(self._list.cursor + rows)

    def action_edge(self, end: int) -> None:
        """To the first or the last row."""
        self._list.move_cursor(0 if end < 0 else self._list.row_count - 1)

    def action_go(self) -> None:
        """Go to the first event that shows the finding."""
        finding = self._list.chosen()
        if finding is None:
            return
        if finding.seq is None:
            self.post_message(Notice(f"{finding.code}: no single event shows it"))
        else:
            self.post_message(GoTo(finding.seq))


def _heading(found: list[Finding] | None, worker: FindingsWorker) -> list[Piece]:
    if worker.failure:
        return [(worker.failure, "alarm")]
    if found is None:
        return [("looking at the run ...", "muted")]
    told = f"events 0 to {worker.looked_at - 1:,} looked at"
    if worker.stopped_short:
        told = f"first {worker.looked_at:,} of {worker.events:,} events only; bpdebug check RUN looks further"
    elif worker.busy:
        told += ", looking again ..."
    return [
        (f"{count_text(len(found), 'finding') if found else 'nothing found'}  ", "strong"),
        (told, "muted"),
    ]


def _lines(finding: Finding, width: int | None = None) -> list[str]:
    # Only where there is a finding: the rules take a while to import, and the first frame shouldn't wait for them.
    from ...diagnosis.report import finding_lines

    return finding_lines(finding) if width is None else finding_lines(finding, width=width)


def _style(line: int) -> str:
    return "alarm" if line == 0 else ""
