"""What an expression is worth at an event, in forms that can be compared and shown."""

from __future__ import annotations

import numpy as np
import xxhash

from . import syntax as s
from .condition import Condition
from .elementwise import has_tensor
from .one_event import OneEvent

__all__ = ["value_key"]


def value_key(asked: Condition, event: OneEvent) -> str:
    """A text that is the same for the same value; "" where the event has none.

    A tensor of the log is known by its rows: equal content has one row.
    """
    node = asked.node
    if not has_tensor(node):
        value = asked.rule(event)
        return "" if value is None else f"n:{float(value)!r}"
    if isinstance(node, s.Tensor) and node.suffix != "delta":
        return "".join(f"t:{one.piece.row}" for one in event.find(node))
    arrays = event.arrays(node)
    if not arrays:
        return ""
    digest = xxhash.xxh3_128()
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    return f"h:{digest.hexdigest()}"
