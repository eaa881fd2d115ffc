"""What a pattern such as `backward/MLP.l1/*` or `MLP.l1.W` is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..log.schema import NOTHING, Phase
from .scan import pieces

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["all_names", "event_names"]

_PHASES = {int(phase): phase.name for phase in Phase}


def event_names(reader: LogReader, phase: int, scope: int, label: int) -> set[str]:
    """What an address says after its iteration, that without the phase, and scope and label alone; as recorded."""
    label_text = reader.texts[label] if label < len(reader.texts) else ""
    path = reader.scopes[scope].path if scope != NOTHING and scope < len(reader.scopes) else ""
    inside = f"{path}/{label_text}" if path else label_text
    return {f"{_PHASES.get(phase, '')}/{inside}", inside, path, label_text} - {""}


def all_names(reader: LogReader) -> set[str]:
    """The names of all events of the log; looks through it once."""
    known: set[tuple[int, int, int]] = set()
    for _, part in pieces(reader.index, 0, len(reader.index)):
        for phase in np.unique(part["phase"]).tolist():
            mine = part[part["phase"] == phase]
            both = np.unique(mine["scope"].astype(np.uint64) << np.uint64(32) | mine["label"])
            known.update((phase, one >> 32, one & 0xFFFFFFFF) for one in both.tolist())
    found: set[str] = set()
    return found.union(*(event_names(reader, *one) for one in known))
