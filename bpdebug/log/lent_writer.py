"""Reads the arrays that were lent to the log, on the writer's thread: each is identified, measured and put on the disk.

A piece of it at a time goes through all of that while it is in cache. The compiled part reads many at once without the
interpreter's lock: giving it away and getting it back costs more than reading a small array.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..native import part
from .lent import Lent
from .lent_segments import LentSegments
from .measuring import PIECE, Tally, measure
from .schema import NOT_CAPTURED
from .tensor_rows import TensorRows
from .tensor_store import TensorStore

__all__ = ["LentWriter"]

_kernels = part("kernels")
TOGETHER_BYTES = 4 << 20
"""So much is read at once, and so many arrays: as long as it takes, none of them can be taken back."""
TOGETHER = 64
NO_COPY = -1


class LentWriter:
    """Puts loans into segment files of their own. For one thread.

    Args:
        directory: of the run.
        store: where they were lent.
    """

    def __init__(self, directory: Path, store: TensorStore) -> None:
        self._segments = LentSegments(directory, store.staging)
        self._store = store

    def read(self, loans: Sequence[Lent], rows: TensorRows) -> None:
        """Write loans, and fill in their rows.

        Raises:
            OSError: the disk is full, or gone.
        """
        if _kernels is None or self._store.lender is None:
            for loan in loans:
                self._read_in_python(loan, rows)
        else:
            self._read_natively(loans, rows)
        self._segments.flush()

    def remove(self, segment: int) -> None:
        """Remove the file of a segment that nothing is written to any more."""
        self._segments.remove(segment)

    def close(self) -> None:
        """Close the file that is open."""
        self._segments.close()

    def _place(self, loan: Lent) -> tuple[int, int] | None:
        """Where the bytes of a loan are already, None where they are to be put somewhere."""
        return self._store.placed(loan) if loan.keep.values else (NOT_CAPTURED, 0)

    def _fill_in(
        self, loan: Lent, rows: TensorRows, place: tuple[int, int], stored: bool, measured: bytes
    ) -> None:
        rows.set_record(loan.row, self._store.read(loan, place, stored, measured))
        rows.set_statistics(loan.row, measured)

    def _read_natively(self, loans: Sequence[Lent], rows: TensorRows) -> None:
        together: list[tuple[Lent, int]] = []
        size = 0
        for loan in loans:
            nbytes = loan.array.nbytes  # type: ignore[union-attr]
            if together and (size + nbytes > TOGETHER_BYTES or len(together) == TOGETHER):
                self._read_together(together, rows)
                together, size = [], 0
            place = self._segments.reserve(loan.segment, nbytes) if loan.keep.values else NO_COPY
            if place is not None:
                together.append((loan, place))
                size += nbytes
                continue
            if together:
                self._read_together(together, rows)
                together, size = [], 0
            self._read_alone(loan, rows)
        if together:
            self._read_together(together, rows)

    def _read_together(self, loans: list[tuple[Lent, int]], rows: TensorRows) -> None:
        """Loans with their places in the staging buffer: as most contents are new, each is copied while it is read."""
        segments, store = self._segments, self._store
        assert store.lender is not None
        with store.lent.lock:
            if store.lender.read(rows, loans, segments.memory, *segments.address(0)):
                return
            first = next((place for _, place in loans if place != NO_COPY), NO_COPY)
            if first != NO_COPY:
                segments.take_back(segments.address(first)[1])
            for loan, _ in loans:
                array = loan.array
                assert array is not None
                place = self._place(loan)
                stored = place is None
                if place is None:
                    place = segments.begin(loan.segment, array.nbytes)
                    segments.append(array.data.cast("B"))
                self._fill_in(loan, rows, place, stored, measure(array))

    def _read_alone(self, loan: Lent, rows: TensorRows) -> None:
        """A loan whose content is most likely new: it is copied while it is identified."""
        assert _kernels is not None
        with loan.lock:
            array = loan.array
            assert array is not None
            place = None if loan.content is None else self._place(loan)
            stored = place is None
            measured = None
            if place is None:
                copied = self._segments.begin(loan.segment, array.nbytes)
                content, measured = self._copy(array, loan.content is None)
                loan.content = loan.content or content
                place = self._place(loan)
                stored = place is None
                if place is None:
                    place = copied
                else:
                    self._segments.take_back(copied[1])
            self._fill_in(loan, rows, place, stored, measured or measure(array))

    def _copy(self, array: np.ndarray, identify: bool) -> tuple[bytes | None, bytes | None]:
        """Copy an array behind the ones before it; gives its content id if that is wanted, and its statistics."""
        assert _kernels is not None
        reading = _kernels.Reading(array, identify)
        rest = array.nbytes
        while rest:
            size = reading.copy(self._segments.room())
            self._segments.fill(size)
            rest -= size
        return reading.found

    def _read_in_python(self, loan: Lent, rows: TensorRows) -> None:
        with loan.lock, np.errstate(all="ignore"):
            array = loan.array
            assert array is not None
            loan.identify()
            measured = None
            place = self._place(loan)
            stored = place is None
            if place is None:
                place = self._segments.begin(loan.segment, array.nbytes)
                measured = self._copy_in_python(array.reshape(-1))
            self._fill_in(loan, rows, place, stored, measured or measure(array))

    def _copy_in_python(self, flat: np.ndarray) -> bytes | None:
        """Copy an array behind the ones before it; gives its statistics unless that failed."""
        tally: Tally | None = Tally(flat.dtype)
        done = 0
        while done < flat.size:
            room = self._segments.room()
            end = min(done + min(len(room) // flat.itemsize, PIECE), flat.size)
            size = (end - done) * flat.itemsize
            piece = np.frombuffer(room[:size], flat.dtype)
            piece[...] = flat[done:end]
            if tally is not None and not tally.add(piece):
                tally = None
            self._segments.fill(size)
            done = end
        return None if tally is None else tally.record()
