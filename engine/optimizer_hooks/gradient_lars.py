"""Layer-wise adaptive rate scaling."""

from __future__ import annotations

from typing import Any

__all__ = ["GradientLARS"]


class GradientLARS:
    """Scales each gradient to the size of its parameter, so that large batches with large learning rates work.

    Args:
        threshold: a parameter whose norm is not above it keeps its gradient's size.
        weight_decay: how much of the parameter is added to the gradient.
        eps: added to the denominator.

    Reference: You et al. 2017.
    """

    name = "GradientLARS"
    call_for_each_param = True
    timing = "pre"

    def __init__(self, threshold: float = 1e-2, weight_decay: float = 0.0, eps: float = 1e-9) -> None:
        self.threshold = threshold
        self.weight_decay = weight_decay
        self.eps = eps

    def __call__(self, rule: Any, param: Any) -> None:
        data, grad = param._data, param._grad
        if data is None or grad is None:
            return
        xp = param.xp
        size = xp.linalg.norm(data)
        local = size / (self.eps + xp.linalg.norm(grad) + self.weight_decay * size)
        rate = xp.where(size > self.threshold, local, 1.0)
        grad += self.weight_decay * data
        grad *= rate
