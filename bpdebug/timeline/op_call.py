"""A recorded call of an op, complete enough to be computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..errors import NotCaptured
from ..log.records import ForwardBody
from ..rerun import OpCall

if TYPE_CHECKING:
    from .names import Names

__all__ = ["op_call"]


def op_call(names: Names, seq: int) -> OpCall:
    """The call that event `seq`, a forward op, recorded.

    Raises:
        ValueError: the event is of another kind.
        NotCaptured: the log doesn't have the values of an input or of a setting.
        DamagedLog: they can't be read.
    """
    body = names.body(seq)
    if not isinstance(body, ForwardBody):
        raise ValueError(f"event {seq} is no forward op")
    op = names.op(body.op)
    return OpCall(
        op.cls,
        op.formula,
        {**body.attrs, **body.settings},
        [_array(names, tensor, "a setting") for tensor in body.held],
        [_array(names, slot.tensor, f"input {i}") for i, slot in enumerate(body.x)],
        body.train,
        _random_state(names, body.rng_state),
        seq,
    )


def _random_state(names: Names, tensor: int | None) -> np.ndarray | None:
    """The state that the op drew from; None if it wasn't kept: what it drew is among its settings, mostly."""
    try:
        return None if tensor is None else names.reader.array(tensor)
    except NotCaptured:
        return None


def _array(names: Names, tensor: int | None, what: str) -> np.ndarray:
    if tensor is None:
        raise NotCaptured(f"{what} held no data")
    return names.reader.array(tensor)
