"""What the script reported, as curves over the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import EventFlag, Kind
from .states import Curve

if TYPE_CHECKING:
    from .latest import Latest
    from .ledger import Ledger
    from .names import Names

__all__ = ["Curves", "loss_at"]

REPORT = "report:"


class Curves:
    """The reported values of a log; grows with it."""

    def __init__(self, names: Names, ledger: Ledger) -> None:
        self._names = names
        self._ledger = ledger
        self._read = 0
        self._curves: dict[int, Curve] = {}

    def all(self) -> list[Curve]:
        """One curve a reported name: losses first, then in the order in which they were first reported."""
        seqs = self._ledger.seqs(Kind.reported)
        if self._read < len(seqs):
            self._add(seqs[self._read :])
            self._read = len(seqs)
        return sorted(self._curves.values(), key=lambda curve: not is_loss(curve.name))

    def _add(self, seqs: np.ndarray) -> None:
        events = self._names.reader.index[seqs]
        has_value = (events["flags"] & EventFlag.value) != 0
        seqs, events = seqs[has_value], events[has_value]
        labels, first = np.unique(events["label"], return_index=True)
        for label in labels[np.argsort(first)].tolist():
            mine = events["label"] == label
            new = Curve(
                self._names.text(label).removeprefix(REPORT),
                seqs[mine],
                events["iteration"][mine].astype(np.int64),
                events["value"][mine].astype(np.float64),
            )
            old = self._curves.get(label)
            if old is not None:
                new = Curve(
                    old.name,
                    np.concatenate([old.seqs, new.seqs]),
                    np.concatenate([old.iterations, new.iterations]),
                    np.concatenate([old.values, new.values]),
                )
            self._curves[label] = new


def is_loss(name: str) -> bool:
    """Whether a reported name is the loss that is trained on: its last part says loss, and no validation."""
    return "loss" in name.rpartition("/")[2].lower() and not name.lower().startswith(("val", "test"))


def loss_at(names: Names, latest: Latest, seq: int) -> tuple[float | None, str]:
    """The latest loss reported at or before event `seq`, None if none was; its name, if the run has several."""
    labels = [
        number for number, text in names.texts_with_prefix(REPORT) if is_loss(text.removeprefix(REPORT))
    ]
    found = latest.up_to(seq, Kind.reported, labels) if labels else {}
    if not found:
        return None, ""
    header = names.reader.index[max(found.values())]
    name = names.text(header["label"]).removeprefix(REPORT) if len(labels) > 1 else ""
    return (float(header["value"]) if header["flags"] & EventFlag.value else None), name
