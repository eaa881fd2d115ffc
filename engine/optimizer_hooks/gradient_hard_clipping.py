"""Clipping of each element of a gradient."""

from __future__ import annotations

from typing import Any

__all__ = ["GradientHardClipping"]


class GradientHardClipping:
    """Brings every element of every gradient between two bounds.

    Args:
        lower_bound, upper_bound: the bounds.
    """

    name = "GradientHardClipping"
    call_for_each_param = True
    timing = "pre"

    def __init__(self, lower_bound: float, upper_bound: float) -> None:
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound

    def __call__(self, rule: Any, param: Any) -> None:
        grad = param._grad
        if grad is not None:
            param.xp.clip(grad, self.lower_bound, self.upper_bound, out=grad)
