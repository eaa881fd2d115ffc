"""The trigger that fires once."""

from __future__ import annotations

from typing import Any

__all__ = ["OnceTrigger"]


class OnceTrigger:
    """Fires at the first call.

    Args:
        call_on_resume: whether it fires once more when a training is resumed from a snapshot.
    """

    def __init__(self, call_on_resume: bool = False) -> None:
        self._flag_first = True
        self._flag_resumed = call_on_resume

    @property
    def finished(self) -> bool:
        """Whether it won't fire again."""
        return not (self._flag_first or self._flag_resumed)

    def __call__(self, trainer: Any) -> bool:
        fires = not self.finished
        self._flag_resumed = False
        self._flag_first = False
        return fires

    def serialize(self, serializer: Any) -> None:
        """Save whether it has fired into a serializer, or load it from one."""
        try:
            self._flag_first = serializer("_flag_first", self._flag_first)
        except KeyError:  # saved by a Chainer that didn't save it: it has fired
            self._flag_first = False
