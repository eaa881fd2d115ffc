"""What the person orders while the run is paused: to change a tensor, to evaluate something in the script's frame."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING, Any

from ..breakpoints.live import LiveStops
from ..errors import CannotRerun
from ..protocol import Compute, Computed, Edit, Order, pack, unpack
from ..recorder import Recorder
from .console import evaluate, innermost_frame, user_frame
from .editing import apply_edit
from .name_completion import completed_names

if TYPE_CHECKING:
    from ..frontends.own_ops import OwnOps

__all__ = ["Orders"]


class Orders:
    """Carries out orders; called on the thread that made the event at which the run is paused.

    Attributes:
        own_ops: computes the script's own functions again; None where the front end has nothing that does.
    """

    def __init__(self, recorder: Recorder, stops: LiveStops) -> None:
        self._recorder = recorder
        self._stops = stops
        self._failed: FrameType | None = None
        self.own_ops: OwnOps | None = None

    def __call__(self, order: Order, header: Mapping[str, Any]) -> str | Computed:
        """The answer, or the text of one: see `protocol.Answer`."""
        if isinstance(order, Compute):
            return self._compute(order)
        if isinstance(order, Edit):
            return apply_edit(order, header, self._recorder, self._stops)
        frame = self._failed or user_frame(self._recorder.call_sites.is_user)
        if frame is None:
            return (
                ""
                if order.complete
                else "no line of the script is being run: there is no frame to evaluate in"
            )
        return (
            "\n".join(completed_names(order.text, frame)) if order.complete else evaluate(order.text, frame)
        )

    def _compute(self, order: Compute) -> Computed:
        if self.own_ops is None:
            return Computed(order.number, problem="nothing in the script's process can compute this op again")
        try:
            xs = [x for x in unpack(order.x) if x is not None]
            gys = None if order.gy is None else unpack(order.gy)
            y, found = self.own_ops.compute(order.forward, xs, gys, order.column)
        except (CannotRerun, TypeError, ValueError) as error:
            return Computed(order.number, problem=str(error))
        return Computed(order.number, [one for one in pack(y) if one is not None], pack(found))

    def script_failed(self, error: BaseException) -> None:
        """The script has ended by an exception: from now on it is looked at where that was raised."""
        self._failed = innermost_frame(error.__traceback__, self._recorder.call_sites.is_user)
