"""Weight decay by way of the gradient."""

from __future__ import annotations

from typing import Any

__all__ = ["WeightDecay"]


class WeightDecay:
    """Adds `rate` times the parameter to its gradient, as an L2 penalty on the loss would.

    Args:
        rate: the penalty's factor.
    """

    name = "WeightDecay"
    call_for_each_param = True
    timing = "pre"

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, rule: Any, param: Any) -> None:
        data, grad = param._data, param._grad
        if data is None or grad is None:
            return
        rate = self.rate
        if param._loss_scale is not None:
            rate *= param._loss_scale
        grad += rate * data
