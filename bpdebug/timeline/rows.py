"""The timeline as rows: iteration > phase > event, indented by nesting, foldable, never held as a whole.

A log of ten million events has as many rows. What is kept is per iteration at most (and in a log that was big
when it was opened, only per iteration that someone unfolded); a row is made when it is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..log.schema import EventFlag, Kind, Phase
from .block import Block, Place
from .lines import event_line, iteration_line, phase_line
from .outline import BisectedOutline, Outline, ScannedOutline
from .scan import pieces

if TYPE_CHECKING:
    from .names import Names

__all__ = ["Row", "RowModel"]

UNFOLDED_UP_TO = 50_000
"""A log of at most so many events opens with everything unfolded, a bigger one with its iterations folded."""

_BLOCKS_KEPT = 16
_TEXTS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the timeline.

    Attributes:
        seq: the event, None for the header of an iteration or phase.
        depth: indent: 0 for iterations, 1 for phases, 2 and more for events.
        text: clean, without indent or fold mark.
        foldable: whether `RowModel.toggle` does anything: headers, and events that others are nested in.
        folded: whether its rows are hidden.
        kind: what the event is, None for a header.
        flags: EventFlag bits of the event; of a header, `nonfinite` if an event below it has that.
        header: `iteration`, `phase`, or "" for an event.
        phase: None for the header of an iteration.
    """

    seq: int | None
    depth: int
    text: str
    foldable: bool
    folded: bool
    kind: Kind | None
    flags: EventFlag
    header: str = ""
    phase: Phase | None = None


class RowModel:
    """The rows of a log as they are folded now."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._reader = names.reader
        self._outline: Outline
        self._unfolded = len(names.reader.index) <= UNFOLDED_UP_TO
        # Of the iterations that aren't folded as all others are: what is folded in them.
        self._own: dict[int, Block] = {}
        self._recent: OrderedDict[int, Block] = OrderedDict()
        self._revealed: int | None = None
        self._texts: OrderedDict[int, str] = OrderedDict()
        self._nonfinite: OrderedDict[tuple[int, str], tuple[int, bool]] = OrderedDict()
        self._make_outline()

    # ---- rows ---------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self._before(len(self._outline))

    def row(self, i: int) -> Row:
        """Row `i`, 0 to `len - 1`.

        Raises:
            IndexError: there is no such row.
        """
        block, place = self._locate(i)
        if place.seq is None:
            return self._header(block, place)
        header = self._reader.index[place.seq]
        kind = self._names.kind(header)
        return Row(
            seq=place.seq,
            depth=2 + int(header["depth"]),
            text=self._text(place.seq),
            foldable=kind is not None and kind.opens,
            folded=place.folded,
            kind=kind,
            flags=EventFlag(int(header["flags"])),
            phase=self._names.phase(header),
        )

    def seq_of(self, i: int) -> int:
        """The event of row `i`; of a header, the first event under it.

        Raises:
            IndexError: there is no such row.
        """
        return self._locate(i)[1].first

    def row_of(self, seq: int) -> int:
        """The row of event `seq`, or of what it is folded into; 0 while there are no rows."""
        if not len(self._outline):
            return 0
        k = self._outline.place_of(max(0, min(seq, len(self._reader.index) - 1)))
        if self._is_folded(k):
            return self._before(k)
        return self._before(k) + self._block(k).row_of(seq)

    # ---- folding --------------------------------------------------------------------------------------------------

    def toggle(self, i: int) -> bool:
        """Fold or unfold row `i`; False if that row can't be folded."""
        block, place = self._locate(i)
        if place.header != "iteration" and place.seq is not None:
            kind = self._names.kind(self._reader.index[place.seq])
            if kind is None or not kind.opens:
                return False
        self._revealed = None
        if place.header == "iteration":
            block.folded = not self._is_folded(block.k)
        elif place.header == "phase":
            block.toggle_phase(place.first)
        else:
            block.toggle_event(place.first)
        self._keep(block)
        return True

    def reveal(self, seq: int) -> int:
        """Unfold whatever hides event `seq`, and give its row.

        An iteration of a big log that was unfolded by this alone is folded again by the next `reveal` outside of
        it, so that walking through a run doesn't leave everything open behind.
        """
        if not len(self._outline):
            return 0
        seq = max(0, min(seq, len(self._reader.index) - 1))
        k = self._outline.place_of(seq)
        if self._revealed is not None and self._revealed != k:
            self._own.pop(self._revealed, None)
            self._count_own()
            self._revealed = None
        block = self._block(k)
        if self._is_folded(k):
            block.folded = False
            self._revealed = k
            self._keep(block)
        if block.reveal(seq):
            self._keep(block)
        return self.row_of(seq)

    def fold_all(self) -> None:
        """Leave only the iterations."""
        self._refold(unfolded=False)

    def unfold_all(self) -> None:
        """Show every event. Reads the whole index once."""
        self._refold(unfolded=True)

    def _refold(self, unfolded: bool) -> None:
        self._unfolded = unfolded
        self._revealed = None
        self._own.clear()
        self._recent.clear()
        self._make_outline()

    def refresh(self) -> None:
        """Take in the events that the log got since; costs as much as there are new ones."""
        self._outline.refresh()
        total = len(self._reader.index)
        for block in (*self._own.values(), *self._recent.values()):
            block.grow(min(self._outline.end(block.k), total))
        self._count_own()

    # ---- how ----------------------------------------------------------------------------------------------------

    def _make_outline(self) -> None:
        make = ScannedOutline if self._unfolded else BisectedOutline
        self._outline = make(self._reader)
        self._count_own()

    def _is_folded(self, k: int) -> bool:
        own = self._own.get(k)
        return own.folded if own is not None else not self._unfolded

    def _keep(self, block: Block) -> None:
        """The block is (or no longer is) an exception to how iterations are folded."""
        self._recent.pop(block.k, None)
        if block.folded == self._unfolded or block.has_folds:
            self._own[block.k] = block
        else:
            self._own.pop(block.k, None)
        self._count_own()

    def _count_own(self) -> None:
        """Add up by how many rows the exceptions differ from the rule."""
        self._own_places = sorted(self._own)
        self._own_deltas = [0]
        for k in self._own_places:
            plain = self._plain_before(k + 1) - self._plain_before(k)
            self._own_deltas.append(self._own_deltas[-1] + self._own[k].row_count - plain)

    def _plain_before(self, k: int) -> int:
        """Rows before the iteration at place `k` if there were no exceptions."""
        return self._outline.rows_before(k) if self._unfolded else k

    def _before(self, k: int) -> int:
        return self._plain_before(k) + self._own_deltas[bisect_left(self._own_places, k)]

    def _locate(self, i: int) -> tuple[Block, Place]:
        if not 0 <= i < len(self):
            raise IndexError(f"row {i} of {len(self)}")
        low, high = 0, len(self._outline) - 1
        while low < high:  # the last iteration that begins at or before row i
            middle = (low + high + 1) // 2
            if self._before(middle) <= i:
                low = middle
            else:
                high = middle - 1
        block = self._block(low)
        return block, block.place(i - self._before(low))

    def _block(self, k: int) -> Block:
        known = self._own.get(k) or self._recent.get(k)
        if known is not None:
            if k in self._recent:
                self._recent.move_to_end(k)
            return known
        outline = self._outline
        start = outline.start(k)
        block = Block(self._reader, k, outline.number(k), start, max(outline.end(k), start))
        block.folded = not self._unfolded
        self._recent[k] = block
        if len(self._recent) > _BLOCKS_KEPT:
            self._recent.popitem(last=False)
        return block

    def _text(self, seq: int) -> str:
        text = self._texts.get(seq)
        if text is None:
            text = self._texts[seq] = event_line(self._names, seq)
            if len(self._texts) > _TEXTS_KEPT:
                self._texts.popitem(last=False)
        return text

    def _header(self, block: Block, place: Place) -> Row:
        flags = EventFlag.nonfinite if self._has_nonfinite(place) else EventFlag(0)
        if place.header == "iteration":
            text = iteration_line(self._names, block.number, place.first, place.end)
            return Row(None, 0, text, True, self._is_folded(block.k), None, flags, "iteration")
        phase = self._names.phase(self._reader.index[place.first])
        text = phase_line(phase, place.end - place.first)
        return Row(None, 1, text, True, place.folded, None, flags, "phase", phase)

    def _has_nonfinite(self, place: Place) -> bool:
        """Whether a tensor of these events holds a NaN or infinity; where they grow only the new ones are read."""
        key = (place.first, place.header)
        known, found = self._nonfinite.get(key, (place.first, False))
        if known < place.end and not found:
            found = any(
                bool((part["flags"] & EventFlag.nonfinite).any())
                for _, part in pieces(self._reader.index, known, place.end)
            )
        self._nonfinite[key] = (place.end, found)
        if len(self._nonfinite) > _TEXTS_KEPT:
            self._nonfinite.popitem(last=False)
        return found
