"""What the script had printed by some event, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import DamagedLog
from ..log.records import OutputBody
from ..log.schema import Kind
from ..text import clean, plain_lines
from .states import OutputLine

if TYPE_CHECKING:
    from .ledger import Ledger
    from .names import Names

__all__ = ["Output"]

_TEXT_KEPT = 1 << 16
"""Characters of one print that are shown: its end."""


class Output:
    """The printed text of a log; remembers the last answer."""

    def __init__(self, names: Names, ledger: Ledger) -> None:
        self._names = names
        self._ledger = ledger
        self._answered: tuple[int, int] = (-1, -1)
        self._answer: list[OutputLine] = []

    def until(self, seq: int, limit: int) -> list[OutputLine]:
        """The lines printed at or before event `seq`, oldest first; of very many only the last.

        Args:
            seq: an event.
            limit: how many prints to look at.

        Returns:
            A list that the caller leaves unchanged.
        """
        seqs = self._ledger.seqs(Kind.output)
        count = int(np.searchsorted(seqs, seq, side="right"))
        if self._answered != (count, limit):
            self._answer = self._lines(seqs[max(count - limit, 0) : count].tolist())
            self._answered = (count, limit)
        return self._answer

    def _lines(self, seqs: list[int]) -> list[OutputLine]:
        lines: list[OutputLine] = []
        unfinished: dict[str, tuple[int, str]] = {}
        for seq in seqs:
            try:
                body = self._names.body(seq)
            except DamagedLog:
                lines.append(OutputLine(seq, "stderr", "(what was printed here can't be read)"))
                continue
            if not isinstance(body, OutputBody):
                continue
            begun = unfinished.pop(body.stream, (seq, ""))[1]
            *whole, rest = (begun + body.text[-_TEXT_KEPT:]).split("\n")
            lines += [OutputLine(seq, clean(body.stream), plain_lines(line)[0]) for line in whole]
            if rest:
                unfinished[body.stream] = (seq, rest[-_TEXT_KEPT:])
        lines += [
            OutputLine(seq, clean(stream), plain_lines(rest)[0]) for stream, (seq, rest) in unfinished.items()
        ]
        return lines
