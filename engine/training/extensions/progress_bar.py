"""The extension that shows how far the training is."""

from __future__ import annotations

import datetime
from typing import Any, TextIO

from ..extension import Extension
from . import util

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
        self._bar = _TrainingBar(bar_length, out)

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
        self._bar.place = (updater.iteration, updater.epoch_detail, self._training_length)
        self._bar.update()

    def finalize(self) -> None:
        self._bar.close()


class _TrainingBar(util.ProgressBar):
    """The lines of a training; `place` holds its iteration, its epoch in parts, and its length."""

    place: tuple[int, float, Any]

    def get_lines(self) -> list[str]:
        iteration, epoch, (length, unit) = self.place
        iterations_per_s, epochs_per_s = self.update_speed(iteration, epoch)
        done, per_s = (iteration, iterations_per_s) if unit == "iteration" else (epoch, epochs_per_s)
        remaining_s = max(0.0, length - done) / per_s if per_s else 0.0
        return [
            f"     total {self.bar(done / length)}\n",
            f"this epoch {self.bar(epoch - int(epoch))}\n",
            f"{iteration:10} iter, {int(epoch)} epoch / {length} {unit}s\n",
            f"{iterations_per_s:10.5g} iters/sec. "
            f"Estimated time to finish: {datetime.timedelta(seconds=remaining_s)}.\n",
        ]
