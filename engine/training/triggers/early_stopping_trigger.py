"""The trigger that ends a training which no longer gets better."""

from __future__ import annotations

import operator
import warnings
from typing import Any

from ... import reporter
from ..extension import refuse_unexpected
from .choosing import get_trigger

__all__ = ["EarlyStoppingTrigger"]


class EarlyStoppingTrigger:
    """Fires when a value has not become better for some intervals, or when the training is long enough.

    Args:
        check_trigger: the ends of the intervals.
        monitor: name of the value in the observation.
        patience: how many intervals without progress are borne (3 unless given).
        mode: whether smaller (`min`) or larger (`max`) is better; `auto`: larger if `accuracy` is in the name.
        verbose: whether to say what it sees.
        max_trigger: the latest end.

    Raises:
        TypeError: an argument is unknown.
    """

    def __init__(
        self,
        check_trigger: Any = (1, "epoch"),
        monitor: str = "main/loss",
        patience: int | None = None,
        mode: str = "auto",
        verbose: bool = False,
        max_trigger: Any = (100, "epoch"),
        **kwargs: Any,
    ) -> None:
        older = kwargs.pop("patients", None)  # Chainer's own misspelling
        refuse_unexpected("EarlyStoppingTrigger", kwargs)
        if patience is None:
            patience = 3 if older is None else older
        self.count = 0
        self.patience = patience
        self.monitor = monitor
        self.verbose = verbose
        self.already_warning = False
        self._max_trigger = get_trigger(max_trigger)
        self._interval_trigger = get_trigger(check_trigger)
        self._summary = reporter.DictSummary()
        larger = mode == "max" or (mode != "min" and "accuracy" in monitor)
        self._compare = operator.gt if larger else operator.lt
        self.best = float("-inf") if larger else float("inf")
        if verbose:
            print(f"early stopping: operator is {'greater' if larger else 'less'}")

    def __call__(self, trainer: Any) -> bool:
        observation = trainer.observation
        if self.monitor in observation:
            self._summary.add({self.monitor: observation[self.monitor]})
        if self._max_trigger(trainer):
            return True
        if not self._interval_trigger(trainer):
            return False
        if self.monitor not in observation:
            if not self.already_warning:
                warnings.warn(f"{self.monitor} is not in observation", stacklevel=2)
                self.already_warning = True
            return False
        current = float(self._summary.compute_mean()[self.monitor])
        self._summary = reporter.DictSummary()
        if self._compare(current, self.best):
            self.best = current
            self.count = 0
        else:
            self.count += 1
        if self.count >= self.patience:
            if self.verbose:
                print(f"Epoch {trainer.updater.epoch}: early stopping")
            return True
        return False

    def get_training_length(self) -> Any:
        """How long the training is at most, as number and unit."""
        return self._max_trigger.get_training_length()  # type: ignore[attr-defined]
