"""Extensions that put a value into the observation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..extension import PRIORITY_WRITER, make_extension

__all__ = ["observe_lr", "observe_value"]


def observe_value(observation_key: str, target_func: Callable[[Any], Any]) -> Any:
    """An extension that observes what a function of the trainer gives.

    Args:
        observation_key: the value's name in the observation.
        target_func: the function.
    """

    @make_extension(trigger=(1, "epoch"), priority=PRIORITY_WRITER)
    def _observe_value(trainer: Any) -> None:
        trainer.observation[observation_key] = target_func(trainer)

    return _observe_value


def observe_lr(optimizer_name: str = "main", observation_key: str = "lr") -> Any:
    """An extension that observes the learning rate of an optimizer.

    Args:
        optimizer_name: which one.
        observation_key: the value's name in the observation.
    """
    return observe_value(observation_key, lambda trainer: trainer.updater.get_optimizer(optimizer_name).lr)
