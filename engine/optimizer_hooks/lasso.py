"""An L1 penalty by way of the gradient."""

from __future__ import annotations

from typing import Any

__all__ = ["Lasso"]


class Lasso:
    """Adds `rate` times the parameter's sign to its gradient, as an L1 penalty on the loss would.

    Args:
        rate: the penalty's factor.
    """

    name = "Lasso"
    call_for_each_param = True
    timing = "pre"

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def __call__(self, rule: Any, param: Any) -> None:
        data, grad = param._data, param._grad
        if data is None or grad is None:
            return
        grad += self.rate * param.xp.sign(data)
