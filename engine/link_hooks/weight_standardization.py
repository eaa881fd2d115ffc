"""Weight standardization: each output channel's weights with mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import Any

from ..functions.array.reshape import reshape
from ..functions.math.average import mean
from ..functions.math.sqrt import sqrt
from ..parameter import Parameter
from .replaced_weight import ReplacedWeight

__all__ = ["WeightStandardization"]


class WeightStandardization(ReplacedWeight):
    """Lets a link compute with its weight standardized over each output channel.

    Args:
        eps: added to the variance.
        weight_name: the link's attribute.
        name: the hook's name.

    Raises (when added):
        ValueError: the link has no such weight.

    Reference: Qiao et al. 2019.
    """

    name = "WeightStandardization"

    def __init__(self, *, eps: float = 1e-5, weight_name: str = "W", name: str | None = None) -> None:
        self.eps = eps
        self.weight_name = weight_name
        if name is not None:
            self.name = name

    def weight_for(self, link: Any, W: Parameter) -> Any:
        matrix = reshape(W, (W.shape[0], -1))
        away = matrix - mean(matrix, axis=1, keepdims=True)
        variance = mean(away * away, axis=1, keepdims=True)
        return reshape(away / sqrt(variance + self.eps), W.shape)
