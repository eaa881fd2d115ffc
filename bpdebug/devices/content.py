"""What an array of a device held at a moment: known to the host later than the moment itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..log.glances import flags_of
from ..log.keep import Keep
from ..log.measuring import NOT_MEASURED
from ..log.promised import Arrived
from .batches import Batch, Batches

__all__ = ["OnDevice"]


class OnDevice:
    """A tensor in a batch; a `log.promised.Promised`.

    Args:
        batches: where its batch belongs to.
        batch, place, begin: where it is, as `Batch.add` says.
        size: its bytes.
        keep: what is kept of it.
        layout: of its record.
        sample: 1 + the row of a sample of it; 0: there is none.
    """

    __slots__ = (
        "_batch", "_batches", "_figures", "_place", "begin", "keep", "layout", "row", "sample", "segment",
        "size",
    )  # fmt: skip

    def __init__(
        self,
        batches: Batches,
        batch: Batch,
        place: int,
        begin: int,
        size: int,
        keep: Keep,
        layout: int,
        sample: int,
    ) -> None:
        self._batches = batches
        self._batch: Batch | None = batch
        self._place = place
        self.begin = begin
        self._figures: Any = None
        self.size = size
        self.keep = keep
        self.layout = layout
        self.sample = sample
        self.row = self.segment = -1

    def figures(self) -> Any:
        """The `kernel.MEASURED` of it; waits for the device where nobody has fetched it yet.

        Raises:
            DeviceFault: the device doesn't give it.
        """
        found = self._figures
        if found is None:
            batch = self._batch
            assert batch is not None
            self._batches.look(batch)
            found = self._figures = batch.result(self._place).copy()
        return found

    def identify(self) -> bytes:
        """What tells it from other contents on a device; no content id of the log. Waits as `figures` does."""
        fingerprint: bytes = self.figures()["fingerprint"].tobytes()
        return fingerprint

    @property
    def flags(self) -> int:
        """TensorFlag bits; waits as `figures` does."""
        return flags_of(self.figures()["statistics"].tobytes())

    def number(self) -> float:
        """The value of its one element; waits as `figures` does."""
        measured = self.figures()["statistics"]
        if measured["nan"]:
            return np.nan
        if measured["pos_inf"] or measured["neg_inf"]:
            return np.inf if measured["pos_inf"] else -np.inf
        return float(measured["min"])

    def fetch(self, is_known: Callable[[Any], bool]) -> Arrived:
        batch, keep = self._batch, self.keep
        assert batch is not None
        self._batches.fetch(batch)
        measured = self.figures()["statistics"].tobytes()
        data = None
        if self.begin >= 0 and not is_known(self):
            self._batches.fetch_values(self, batch, is_known)
            data = batch.bytes_of(self.begin, self.size)
        flags = self.flags if keep.statistics or keep.finite else 0
        return Arrived(flags, measured if keep.statistics else NOT_MEASURED, data)

    def let_go(self) -> None:
        batch, self._batch = self._batch, None
        assert batch is not None
        self._batches.was_read(batch)
