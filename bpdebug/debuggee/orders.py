"""What the person orders while the run is paused: to change a tensor, to evaluate something in the script's frame."""

from __future__ import annotations

from collections.abc import Mapping
from types import FrameType
from typing import Any

from ..breakpoints import LiveStops
from ..protocol import Edit, Evaluate
from ..recorder import Recorder
from .console import evaluate, innermost_frame, user_frame
from .editing import apply_edit

__all__ = ["Orders"]


class Orders:
    """Carries out orders; called on the thread that made the event at which the run is paused."""

    def __init__(self, recorder: Recorder, stops: LiveStops) -> None:
        self._recorder = recorder
        self._stops = stops
        self._failed: FrameType | None = None

    def __call__(self, order: Edit | Evaluate, header: Mapping[str, Any]) -> str:
        """The answer's text, see `protocol.Answer`."""
        if isinstance(order, Edit):
            return apply_edit(order, header, self._recorder, self._stops)
        frame = self._failed or user_frame(self._recorder.call_sites.is_user)
        if frame is None:
            return "no line of the script is being run: there is no frame to evaluate in"
        return evaluate(order.text, frame)

    def script_failed(self, error: BaseException) -> None:
        """The script has ended by an exception: from now on it is looked at where that was raised."""
        self._failed = innermost_frame(error.__traceback__, self._recorder.call_sites.is_user)
