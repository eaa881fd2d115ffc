"""Marks events by what was found in their tensors only after the events were made: see `TensorStore.lend`."""

from __future__ import annotations

from collections.abc import Iterable, Set

import msgspec
import numpy as np

from .records import (
    BackwardBody,
    EditedBody,
    Event,
    ForwardBody,
    GradAccumulatedBody,
    GradientHookedBody,
    ParamUpdatedBody,
    ReportedBody,
)
from .schema import EVENT_INDEX, EventFlag, Kind

__all__ = ["with_nonfinite"]

_MAKING = [
    Kind.forward, Kind.backward, Kind.grad_accumulated, Kind.gradient_hooked, Kind.param_updated, Kind.reported,
    Kind.edited,
]  # fmt: skip
_decode = msgspec.json.Decoder(Event).decode


def with_nonfinite(bodies: bytes, records: bytes, rows: Set[int]) -> bytes:
    """Index records of events, with the flag for those that made one of these tensors.

    Args:
        bodies: the lines of the same events.
        records: rows of `schema.EVENT_INDEX`.
        rows: of tensors that hold a NaN or an infinity.
    """
    index = np.frombuffer(records, EVENT_INDEX).copy()
    starts = index["offset"] - (index["offset"][0] if len(index) else 0)
    for i in np.flatnonzero(np.isin(index["kind"], _MAKING)).tolist():
        start = int(starts[i])
        if not rows.isdisjoint(_made(_decode(bodies[start : start + int(index["length"][i])]))):
            index["flags"][i] |= EventFlag.nonfinite
    return index.tobytes()


def _made(event: Event) -> Iterable[int | None]:
    """The tensors that an event made."""
    match event:
        case ForwardBody():
            return [slot.tensor for slot in event.y]
        case BackwardBody():
            return event.gx
        case ReportedBody():
            return [event.tensor]
        case GradAccumulatedBody() | GradientHookedBody() | ParamUpdatedBody() | EditedBody():
            return [event.after]
    return []
