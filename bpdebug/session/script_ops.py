"""Runs recorded ops again: those of the engine here, the script's own in its paused process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import CannotRerun
from ..rerun import ComputedOp, OpCall, OpRunner
from .session import Session

__all__ = ["ScriptOps"]

_MOST_ELEMENTS = 1 << 22
"""More than so many numbers aren't sent to and fro."""


class ScriptOps:
    """An `OpRunner` for a live run.

    Args:
        session: the script's process.
        ops: for what the front end can run by itself.
    """

    def __init__(self, session: Session, ops: OpRunner) -> None:
        self._session = session
        self._ops = ops

    def run(self, call: OpCall, dtype: Any = None, x: Sequence[np.ndarray] | None = None) -> ComputedOp:
        """See `rerun.OpRunner`."""
        try:
            return self._ops.run(call, dtype, x)
        except CannotRerun:
            if call.forward < 0:
                raise
        xs = [np.asarray(array) for array in (call.x if x is None else x)]
        if sum(array.size for array in xs) > _MOST_ELEMENTS:
            raise CannotRerun(f"{call.cls} has more than {_MOST_ELEMENTS:,} numbers to compute it again with")
        wide = [
            array.astype(dtype) if dtype is not None and array.dtype.kind == "f" else array for array in xs
        ]
        try:
            return _ScriptOp(self._session, call.forward, wide)
        except CannotRerun:
            if all(one.dtype == other.dtype for one, other in zip(wide, xs, strict=True)):
                raise
            return _ScriptOp(
                self._session, call.forward, xs
            )  # it may insist on the dtype that it is made for


class _ScriptOp:
    """A function of the script's own, computed in its process; a `rerun.ComputedOp`."""

    symmetric: tuple[int, ...] = ()

    def __init__(self, session: Session, forward: int, x: Sequence[np.ndarray]) -> None:
        self._session, self._forward, self._x = session, forward, x
        self.y, _ = session.compute(forward, x)

    def vjp(
        self, gy: Sequence[np.ndarray | None], wanted: Sequence[int] | None = None
    ) -> list[np.ndarray | None]:
        """See `rerun.ComputedOp`."""
        like = [
            None if array is None else np.asarray(array, y.dtype) for array, y in zip(gy, self.y, strict=True)
        ]
        found = self._session.compute(self._forward, self._x, gy=like)[1]
        return [gx if wanted is None or i in wanted else None for i, gx in enumerate(found)]

    def column(self, i: int, element: tuple[int, ...]) -> list[np.ndarray | None]:
        """See `rerun.ComputedOp`."""
        return self._session.compute(self._forward, self._x, column=(i, element))[1]
