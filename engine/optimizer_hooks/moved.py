"""Hooks under the names that they had in `chainer.optimizer`, where making one warns."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

from .gradient_clipping import GradientClipping
from .gradient_hard_clipping import GradientHardClipping
from .gradient_noise import GradientNoise
from .lasso import Lasso
from .weight_decay import WeightDecay

__all__ = ["add_moved_hooks"]


def add_moved_hooks(module: ModuleType) -> None:
    """Put the hooks into `module`."""
    for hook in (GradientClipping, GradientHardClipping, GradientNoise, Lasso, WeightDecay):
        setattr(module, hook.__name__, _moved(hook, module.__name__))


def _moved(hook: type, module: str) -> type:
    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:  # noqa: N807 - a method
        warnings.warn(
            f"chainer.optimizer.{hook.__name__} is deprecated: use chainer.optimizer_hooks.{hook.__name__}",
            DeprecationWarning,
            stacklevel=2,
        )
        hook.__init__(self, *args, **kwargs)  # type: ignore[misc]

    members = {"__init__": __init__, "__doc__": hook.__doc__, "__module__": module}
    return type(hook.__name__, (hook,), members)
