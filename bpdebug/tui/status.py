"""The status line: what must always be seen, made to fit by leaving out what matters least."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from ..text import cell_width, clean, fit, number
from .widgets.part_style import text_style
from .widgets.steady import Steady

__all__ = ["Field", "StatusFacts", "StatusLine", "fitted", "status_fields"]


@dataclass(frozen=True)
class StatusFacts:
    """What the status line says; empty texts and None are left out.

    Events count from 0, as everywhere: at the end of the log `seq` is `last`; -1 where there is none.
    """

    script: str = ""
    mode: str = ""
    iteration: int | None = None
    phase: str = ""
    seq: int = -1
    last: int = -1
    growing: bool = False
    loss: float | None = None
    loss_name: str = ""
    capture: str = ""
    why: str = ""
    pending: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Field:
    """One item of the line.

    Attributes:
        name: what it is.
        forms: from the longest to the shortest that says all that matters.
        shorten: place in the order of shortening, the highest first.
        last: what may stand for it when even that is too long: shorter and shorter, "" to leave it out.
        drop: place in the order of taking those, the highest first.
    """

    name: str
    forms: tuple[str, ...]
    shorten: int = 0
    last: tuple[str, ...] = ()
    drop: int = 0


def status_fields(facts: StatusFacts) -> list[Field]:
    """The items of the line, in the order in which they stand there."""
    script = clean(facts.script)
    name = os.path.basename(script) or script
    fields = [
        Field("script", (name, _cut(name, 20)), 5, (_cut(name, 12), _cut(name, 8)), 5),
        Field("mode", (facts.mode,)),
    ]
    if facts.pending:
        fields.append(Field("pending", (facts.pending,)))
    if facts.beside:
        beside = clean(facts.beside)
        fields.append(
            Field("beside", (beside, _cut(beside, 40), _cut(beside, 24)), 4, (_cut(beside, 12),), 0)
        )
    if facts.iteration is not None:
        fields.append(
            Field("iteration", (f"iteration {facts.iteration}", f"it {facts.iteration}"), 3, ("",), 1)
        )
    if facts.phase:
        fields.append(Field("phase", (facts.phase,), 0, (facts.phase[:4], ""), 4))
    if facts.last >= 0:
        event, last = f"{max(facts.seq, 0):,}", f"{facts.last:,}" + ("+" if facts.growing else "")
        fields.append(Field("event", (f"event {event} of {last}", f"{event}/{last}"), 2, (event,), 0))
    else:
        fields.append(Field("event", ("no event yet" if facts.growing else "no event",)))
    if facts.loss is not None:
        which, short = clean(facts.loss_name) or "loss", number(facts.loss, digits=3)
        forms = (f"{which} {number(facts.loss)}", f"{which} {short}", f"{_cut(which, 12)} {short}")
        fields.append(Field("loss", tuple(dict.fromkeys(forms)), 1, ("",), 3))
    if facts.capture:
        fields.append(
            Field("capture", (f"capture {facts.capture}", facts.capture), 6, (_cut(facts.capture, 10),), 6)
        )
    if facts.why:
        # A reason is said whole or, by whoever asks for `left_out`, elsewhere.
        fields.append(Field("why", (clean(facts.why), ""), 7))
    return fields


def _cut(text: str, width: int) -> str:
    return fit(text, width).rstrip()


def fitted(fields: Sequence[Field], width: int, gap: int = 2) -> list[tuple[str, str]]:
    """(name, text) of the fields in forms that fit into `width` cells with `gap` between them."""
    texts = {field.name: field.forms[0] for field in fields}

    def too_long() -> bool:
        widths = [cell_width(text) for text in texts.values() if text]
        return sum(widths) + gap * max(0, len(widths) - 1) > width

    for field in sorted(fields, key=lambda field: -field.shorten):
        for form in field.forms[1:]:
            if too_long():
                texts[field.name] = form
    for field in sorted(fields, key=lambda field: -field.drop):
        for form in field.last:
            if too_long():
                texts[field.name] = form
    return [(name, text) for name, text in texts.items() if text]


class StatusLine(Steady):
    """The first line of the screen."""

    COMPONENT_CLASSES = {
        "status--mode",
        "status--running",
        "status--why",
        "status--loss",
        "status--pending",
        "status--beside",
    }

    def __init__(self) -> None:
        super().__init__(id="status")
        self.facts = StatusFacts()

    def show(self, facts: StatusFacts) -> None:
        """Draw these facts."""
        if facts != self.facts:
            self.facts = facts
            self.refresh()

    @property
    def left_out(self) -> str:
        """The reason why the run stopped where it did, where the line has no room for it."""
        why = clean(self.facts.why)
        shown = dict(fitted(status_fields(self.facts), self.content_size.width or self.app.size.width))
        return "" if not why or "why" in shown else why

    def render(self) -> Text:
        width = self.content_size.width
        line = Text(no_wrap=True, overflow="ellipsis", end="")
        for name, text in fitted(status_fields(self.facts), width):
            if line:
                line.append("  ")
            if name == "mode" and "running" in text:
                style = text_style(self, "status--running")
            elif name in ("mode", "why", "loss", "pending", "beside"):
                style = text_style(self, f"status--{name}")
            else:
                style = Style.null()
            line.append(text, style)
        return line
