"""A trainer without a model, to test extensions and triggers with."""

from __future__ import annotations

import unittest.mock
from collections.abc import Iterable
from typing import Any

from ..training import Trainer

__all__ = ["check_available", "get_error", "get_trainer_with_mock_updater", "is_available"]


def get_error() -> None:
    """Why this can't be used: nothing, the standard library has what it needs."""


def is_available() -> bool:
    """Whether this can be used: always."""
    return True


def check_available() -> None:
    """Raise if this can't be used: never."""


def get_trainer_with_mock_updater(
    stop_trigger: Any = (10, "iteration"), iter_per_epoch: int = 10, extensions: Iterable[Any] | None = None
) -> Trainer:
    """A trainer whose updater is a mock that only counts.

    Args:
        stop_trigger: when the training ends.
        iter_per_epoch: how many iterations make an epoch.
        extensions: of the trainer.
    """
    updater = unittest.mock.Mock()
    updater.get_all_optimizers.return_value = {}
    updater.iteration = 0
    updater.epoch = 0
    updater.epoch_detail = 0.0
    updater.is_new_epoch = True
    updater.previous_epoch_detail = None

    def update() -> None:
        updater.update_core()
        updater.iteration += 1
        updater.epoch = updater.iteration // iter_per_epoch
        updater.epoch_detail = updater.iteration / iter_per_epoch
        updater.is_new_epoch = updater.iteration % iter_per_epoch == 0
        updater.previous_epoch_detail = (updater.iteration - 1) / iter_per_epoch

    updater.update = update
    return Trainer(updater, stop_trigger, extensions=extensions)
