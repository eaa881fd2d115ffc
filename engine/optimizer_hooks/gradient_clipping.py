"""Clipping of the gradient's joint norm."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["GradientClipping"]


class GradientClipping:
    """Scales all gradients together so that their joint L2 norm is at most `threshold`.

    Args:
        threshold: the largest norm allowed.

    Reference: Pascanu et al. 2013, section 3.2.
    """

    name = "GradientClipping"
    timing = "pre"

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def __call__(self, opt: Any) -> None:
        grads = [param._grad for param in opt.target.params() if param._grad is not None]
        norm = math.sqrt(sum(_squared_norm(grad) for grad in grads))
        if norm <= self.threshold:
            return
        rate = self.threshold / norm
        for grad in grads:
            grad *= rate


def _squared_norm(grad: Any) -> float:
    flat = grad.ravel()
    return float(flat.dot(flat))
