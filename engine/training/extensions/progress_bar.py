"""The extension that shows how far the training is."""

from __future__ import annotations

import collections
import datetime
import sys
import time
from typing import Any, TextIO

from ..extension import Extension

__all__ = ["ProgressBar"]


class ProgressBar(Extension):
    """Draws two bars, for the whole training and for the epoch, and tells speed and remaining time.

    Args:
        training_length: pair of number and unit; None: from the trainer's stop trigger.
        update_interval: in how many iterations it is drawn anew.
        bar_length: letters of a bar.
        out: where to; None for stdout.

    Raises (when called):
        TypeError: the stop trigger doesn't say how long the training is.
    """

    def __init__(
        self,
        training_length: tuple[float, str] | None = None,
        update_interval: int = 100,
        bar_length: int = 50,
        out: TextIO | None = None,
    ) -> None:
        self._training_length = training_length
        self._update_interval = update_interval
        self._bar_length = bar_length
        self._out = out
        self._recent: collections.deque[tuple[int, float, float]] = collections.deque(maxlen=100)

    def __call__(self, trainer: Any) -> None:
        updater = trainer.updater
        if updater.iteration % self._update_interval:
            return
        if self._training_length is None:
            length_of = getattr(trainer.stop_trigger, "get_training_length", None)
            if length_of is None:
                raise TypeError(
                    f"ProgressBar: the stop trigger {trainer.stop_trigger!r} doesn't say how long the training is; "
                    "say ProgressBar(training_length=(20, 'epoch'))"
                )
            self._training_length = length_of()
        lines = self._lines(updater.iteration, updater.epoch_detail)
        out = self._out or sys.stdout
        out.write("\033[J" + "".join(f"{line}\n" for line in lines) + f"\033[{len(lines)}A")
        out.flush()

    def _lines(self, iteration: int, epoch: float) -> list[str]:
        assert self._training_length is not None
        length, unit = self._training_length
        now = time.perf_counter()
        self._recent.append((iteration, epoch, now))
        first_iteration, first_epoch, first_time = self._recent[0]
        iterations_per_s = epochs_per_s = float("inf")
        if now != first_time and len(self._recent) > 1:
            iterations_per_s = (iteration - first_iteration) / (now - first_time)
            epochs_per_s = (epoch - first_epoch) / (now - first_time)
        done = iteration if unit == "iteration" else epoch
        per_s = iterations_per_s if unit == "iteration" else epochs_per_s
        remaining_s = max(0.0, length - done) / per_s if per_s else 0.0
        return [
            f"     total {self._bar(done / length)}",
            f"this epoch {self._bar(epoch - int(epoch))}",
            f"{iteration:10} iter, {int(epoch)} epoch / {length} {unit}s",
            f"{iterations_per_s:10.5g} iters/sec. "
            f"Estimated time to finish: {datetime.timedelta(seconds=remaining_s)}.",
        ]

    def _bar(self, rate: float) -> str:
        marks = "#" * int(min(rate, 1) * self._bar_length)
        return f"[{marks.ljust(self._bar_length, '.')}] {rate:6.2%}"

    def finalize(self) -> None:
        out = self._out or sys.stdout
        out.write("\033[J")
        out.flush()
