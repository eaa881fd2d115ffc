"""Contents that have a row of the log already, while their bytes are not on the host yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from .keep import Keep

__all__ = ["Arrived", "Promised"]


class Arrived(NamedTuple):
    """What has come to the host of one.

    Attributes:
        flags: TensorFlag bits.
        statistics: the record of `schema.TENSOR_STATISTICS`.
        data: its bytes, good until `let_go`; None where they are not kept, or known already.
    """

    flags: int
    statistics: bytes
    data: np.ndarray | None


class Promised(Protocol):
    """One of them.

    Attributes:
        row: of `tensors.idx`; -1: it has none, and was only to be looked at.
        layout: of its record.
        segment: the file where its bytes go.
        sample: 1 + the row of a sample of it; 0: there is none.
        size: its bytes.
    """

    row: int
    layout: int
    segment: int
    sample: int
    keep: Keep

    @property
    def size(self) -> int: ...

    def identify(self) -> bytes:
        """What tells it from others of its kind; no content id of the log. May wait."""

    def fetch(self, is_known: Callable[[Any], bool]) -> Arrived:
        """On the writer's thread: wait for it.

        Args:
            is_known: whether the same as one of its kind is on disk already.

        Raises:
            OSError: it doesn't come.
        """

    def let_go(self) -> None:
        """On the writer's thread: it is written, and its bytes aren't needed any more."""
