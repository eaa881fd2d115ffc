"""`--keep-when` and `--until`: what is done when a condition comes to hold, in the process of the script."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ..conditions import Asked, Condition
from ..launch import CaptureOptions
from ..log.schema import Kind
from ..recorder.emitter import ALL_KINDS
from ..recorder.trigger import Trigger, changes_are_asked

if TYPE_CHECKING:
    from ..recorder import Recorder

__all__ = ["StopScript", "Triggers"]

_MAX_HELD = 20
"""So many times `--keep-when` keeps values for good; a condition that always holds must not fill the disk."""

OnEvent = Callable[[Mapping[str, Any]], None]


class StopScript(SystemExit):
    """Ends the script as `sys.exit(0)` would: `--until` has come true."""


class Triggers:
    """Called with every event, before what else wants to see it.

    Args:
        options: with one of the two conditions at least.
        recorder: keeps what is to be kept.
        then: called after us with the same event.

    Raises:
        ConditionError: one is no condition.
    """

    def __init__(self, options: CaptureOptions, recorder: Recorder, then: OnEvent | None) -> None:
        self.stopped = ""
        """What was done to the script, in words, once it was told to end."""
        self._recorder = recorder
        self._then = then
        self._held = 0
        self._end_wanted = False
        self._triggers: list[Trigger] = []
        if options.keep_when is not None:
            self._triggers.append(Trigger(options.keep_when, recorder.writer, self._keep))
        if options.until is not None:
            self._triggers.append(Trigger(options.until, recorder.writer, self._end))
        recorder.shown, recorder.shown_nonfinite = _shown_to(
            [trigger.condition for trigger in self._triggers], 0 if then is None else recorder.shown
        )
        recorder.keep_before = any(changes_are_asked(trigger.condition) for trigger in self._triggers)

    def __call__(self, header: Mapping[str, Any]) -> None:
        for trigger in self._triggers:
            trigger(header)
        if self._then is not None:
            self._then(header)
        if self._end_wanted and threading.current_thread() is threading.main_thread():
            self._end_wanted = False
            raise StopScript(0)

    def close(self) -> None:
        """The script is over: there is nothing to end any more."""
        self._triggers.clear()
        self._end_wanted = False

    def _keep(self, header: Mapping[str, Any]) -> None:
        if self._held == _MAX_HELD:
            return
        self._held += 1
        last = f", for the last time of {_MAX_HELD}" if self._held == _MAX_HELD else ""
        self._recorder.hold_values(f"--keep-when: {self._triggers[0].condition.text}{last}", header["seq"])

    def _end(self, header: Mapping[str, Any]) -> None:
        if not self.stopped:
            text = self._triggers[-1].condition.text
            self._recorder.hold_values(f"--until: {text}", header["seq"])
            self.stopped = f"stopped at event {header['seq']}: {text} (--until)"
            self._end_wanted = True


def _shown_to(conditions: Iterable[Condition], shown: int) -> tuple[int, int]:
    """The kinds of events that conditions have to see, and of those where something isn't finite; bit k for kind k.

    Args:
        shown: what has to be seen anyway.
    """
    nonfinite = 0
    for one in conditions:
        kinds = sum(1 << kind for kind in one.kinds)
        if one.asked is Asked.changes:  # it holds where it did not at the event before
            shown = ALL_KINDS
        elif one.nonfinite:
            nonfinite |= kinds
        else:
            shown |= kinds
        if one.metrics:
            shown |= 1 << int(Kind.reported)
    return shown, nonfinite
