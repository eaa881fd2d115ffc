"""Whether a loss over pairs or triplets is given examples that were chosen for lying the wrong way (hard mining)."""

from __future__ import annotations

from .records import Op

__all__ = ["is_mined"]

_PICKING = ("get_item", "select_item", "where")


def is_mined(op: Op) -> bool:
    """Whether its inputs are picked among the results for one batch.

    The farthest positive and the nearest negative of each anchor: such a loss begins above its margin, and may stay
    there for long.
    """
    return any(source is not None and source.label in _PICKING for source in op.sources)
