"""What of a tensor may take long: its values, its statistics, the place of an element; each is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import BpdebugError
from ..widgets.background import Background, Failure
from .tensor_beside import TensorBeside
from .tensor_find import find_element
from .tensor_words import size_of

if TYPE_CHECKING:
    from ...timeline import Moment, Statistics, TensorView

__all__ = ["TensorReading"]


class TensorReading:
    """Asks the background about tensors of the event that is shown; None is the answer while it is at work."""

    def __init__(self, background: Background, apart: TensorBeside) -> None:
        self._background = background
        self._apart = apart
        self._run: Hashable = None
        self._moment: Moment | None = None

    def use(self, run: Hashable, moment: Moment | None) -> None:
        """From now on asked about this event of a run."""
        self._run = run
        self._moment = moment

    def key(self, view: TensorView) -> Hashable:
        """Names a tensor's content: that of a recorded one by its number, of a computed one by event and role."""
        if view.tensor is not None:
            return (self._run, view.tensor)
        return (self._run, self._moment and self._moment.seq, view.role, self._apart.what)

    def array(self, view: TensorView) -> np.ndarray | Failure | None:
        """Its values; a recorded one has them at once."""
        if view.tensor is not None:
            try:
                return view.array()
            except (BpdebugError, OSError, ValueError) as error:
                return Failure(error)
        return self._background.ask(("array", self.key(view)), view.array, size_of(view.shape))

    def statistics(self, view: TensorView) -> Statistics | Failure | None:
        """Its statistics."""
        found: Statistics | Failure | None = self._background.ask(
            ("statistics", self.key(view)), view.statistics, size_of(view.shape)
        )
        return found

    def place(
        self, view: TensorView, array: np.ndarray, what: str, here: int
    ) -> tuple[int, ...] | Failure | None:
        """The index of an element, see `find_element`; `here` is the flat place behind which to look."""
        found: tuple[int, ...] | Failure | None = self._background.ask(
            ("find", what, here if what == "nonfinite" else 0, self.key(view)),
            lambda: find_element(array, what, here),
            int(array.size),
        )
        return found

    def distance(self, mine: TensorView | None, measure: Callable[[], Any]) -> Any:
        """How far the tensor of this role is from that of the run beside, by `measure`."""
        key = ("gap", self._run, self._moment and self._moment.seq, mine and (mine.group, mine.role))
        return self._background.ask(key, measure, size_of(None if mine is None else mine.shape))
