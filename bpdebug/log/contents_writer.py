"""Puts the bytes of tensors on the disk, whatever way they came: staged, lent, or promised. For the writer's thread."""

from __future__ import annotations

from pathlib import Path

from .contents import Taken
from .lent_writer import LentWriter
from .measuring import complete_statistics
from .promised_writer import PromisedWriter
from .refused_portion import is_for_want_of_room
from .segment_writer import Place, SegmentWriter
from .staging import Piece
from .tensor_store import TensorStore

__all__ = ["ContentsWriter"]


class ContentsWriter:
    """The segment files of a run.

    Args:
        directory: of the run.
        store: where the contents come from.
    """

    def __init__(self, directory: Path, store: TensorStore) -> None:
        self._store = store
        self._staged = SegmentWriter(directory)
        self._lent = LentWriter(directory, store)
        self._promised = PromisedWriter(directory, store)
        self._little: Piece | None = None

    def write(self, taken: Taken) -> OSError | None:
        """Write what was taken, and complete its rows.

        Returns:
            Why some of it was not written, and some rows are empty, where there is no room for it.

        Raises:
            OSError: the disk is gone; or what was promised never comes.
        """
        refused: OSError | None = None
        for write, those in (
            (self._write_staged, taken.pieces),
            (self._write_lent, taken.lent),
            (self._write_promised, taken.promised),
        ):
            if not those:  # the usual case of two of them, in each of many rounds
                continue
            try:
                write(taken)
            except OSError as error:
                if not is_for_want_of_room(error):
                    raise
                refused = refused or error
        self._store.staging.done()  # buffers that were written to their end in an earlier round
        if taken.unmeasured:
            complete_statistics(taken.rows, taken.unmeasured)
        return refused

    def _write_staged(self, taken: Taken) -> None:
        if not taken.takes_long and len(taken.pieces) == 1:
            (self._little,) = taken.pieces
            return
        for piece in taken.pieces:
            self._write_piece(piece)

    def _write_piece(self, piece: Piece) -> None:
        staging = self._store.staging
        self._staged.write(piece.segment, piece.offset, piece.data, staging.crowded)
        staging.done(piece)

    def take_little(self) -> Place | None:
        """A few bytes that `write` has left to whoever appends what refers to them: each write by itself would give the
        interpreter away, and might get it back 5 ms later. Then call `little_is_written`, or else `write_little`.

        Raises:
            OSError: the disk is gone, or full.
        """
        piece = self._little
        return None if piece is None else (self._staged.file_of(piece.segment), piece.data, piece.offset)

    def little_is_written(self) -> None:
        """What `take_little` gave is on disk."""
        piece, self._little = self._little, None
        if piece is not None:
            self._store.staging.done(piece)

    def write_little(self) -> None:
        """Write what nobody else has written.

        Raises:
            OSError: the disk is gone, or full.
        """
        piece, self._little = self._little, None
        if piece is not None:
            self._write_piece(piece)

    def _write_lent(self, taken: Taken) -> None:
        self._lent.read(taken.lent, taken.rows)

    def _write_promised(self, taken: Taken) -> None:
        self._promised.read(taken.promised, taken.rows)

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more."""
        self._staged.remove(segment)
        self._lent.remove(segment)
        self._promised.remove(segment)

    def close(self) -> None:
        """Close the files that are open; doing it twice does no harm."""
        self._staged.close()
        self._lent.close()
        self._promised.close()
