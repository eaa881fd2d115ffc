"""Computes the script's own functions again, in the process that has their classes.

The log holds what went into them and came out, not what they are. Of the latest of them a copy is kept, as they were
when they ran; the graph and the arrays of the run are let go.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import get_ident
from types import ModuleType
from typing import Any

import numpy as np

from ..errors import CannotRerun
from .engine_ops import ComputedEngineOp
from .op_copies import OpCopies

__all__ = ["OwnOps"]

_KEPT = 512
"""So many of the latest functions,"""
_KEPT_BYTES = 256 << 20
"""whose arrays have no more than so many bytes."""


class OwnOps:
    """Two observers of the engine: `before` is to be called before the recorder's, `after` after it.

    Between them the recorder may pause the script, and ask for the function whose event that is.

    Args:
        engine: the engine package that the script runs on.
        latest: gives the number of the latest recorded event.
    """

    def __init__(self, engine: ModuleType, latest: Callable[[], int]) -> None:
        self._engine = engine
        self._latest = latest
        self._copies = OpCopies(engine)
        self._finished = engine.events.ForwardFinished
        self._own: dict[type, bool] = {}
        self._coming: dict[int, Any] = {}
        """By thread, a copy of the function whose event is being recorded."""
        self._kept: OrderedDict[int, tuple[Any, bool, int]] = OrderedDict()
        self._kept_bytes = 0

    def before(self, event: Any) -> None:
        """Take a copy of the event's function."""
        if type(event) is not self._finished or event.during is not None:
            return
        cls = type(event.node.as_creator())
        own = self._own.get(cls)
        if own is None:
            own = self._own[cls] = cls.__module__.partition(".")[0] != self._engine.__name__
        if own:
            with contextlib.suppress(Exception):  # the script's own class may refuse to be copied
                self._coming[get_ident()] = self._copies.copy(event.node)

    def after(self, event: Any) -> None:
        """Keep the copy under the number that the event has got."""
        if type(event) is self._finished:
            self._keep()
            self._coming.pop(get_ident(), None)

    def _keep(self) -> None:
        kept, latest = self._coming.get(get_ident()), self._latest()
        if kept is None or latest in self._kept:
            return
        size = _array_bytes(kept)
        self._kept[latest] = kept, bool(self._engine.config.train), size
        self._kept_bytes += size
        while len(self._kept) > _KEPT or (self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1):
            self._kept_bytes -= self._kept.popitem(last=False)[1][2]

    def compute(
        self,
        forward: int,
        xs: Sequence[np.ndarray],
        gys: Sequence[np.ndarray | None] | None,
        column: tuple[int, Sequence[int]] | None,
    ) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
        """What the function of the forward event gives for these inputs, and a gradient or a column of its Jacobian.

        Args:
            gys: what arrives, for the vector-Jacobian product; None where none is wanted.
            column: an input and an element of it; None for none.

        Raises:
            CannotRerun: it isn't kept any more, or doesn't take these inputs.
        """
        self._keep()  # where the script is paused at the very event
        if forward not in self._kept:
            raise CannotRerun(
                f"the script's process has no copy of this op: it keeps those of the script's own functions, the latest"
                f" {_KEPT}"
            )
        kept, train, _ = self._kept[forward]
        try:
            with self._copies.unseen(train):
                np.random.seed(0)
                op = ComputedEngineOp(self._engine, lambda: self._copies.copy(kept), xs)
                if column is not None:
                    return op.y, op.column(column[0], tuple(column[1]))
                return op.y, [] if gys is None else op.vjp(gys)
        except Exception as error:
            said = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise CannotRerun(
                f"{type(kept.as_creator()).__name__} can't be computed again: {said}"
            ) from error


def _array_bytes(node: Any) -> int:
    """The bytes of the arrays that a function has as attributes."""
    held = [*vars(node).values(), *vars(node.as_creator()).values()]
    return sum(value.nbytes for value in held if isinstance(value, np.ndarray))
