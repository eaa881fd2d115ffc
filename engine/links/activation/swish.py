"""Swish with a learnt steepness."""

from __future__ import annotations

from typing import Any

from ...functions.activation.swish import swish
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter

__all__ = ["Swish"]


class Swish(Link):
    """`y = x sigmoid(beta x)`.

    Args:
        beta_shape: of `beta`; None: (the second axis of the first input and all behind it).
        beta_init: fills `beta`.

    Reference: Ramachandran et al. 2017.
    """

    def __init__(self, beta_shape: Any, beta_init: Any = 1.0) -> None:
        super().__init__()
        with self.init_scope():
            self.beta = Parameter(get_initializer(beta_init), beta_shape)

    def forward(self, x: Any) -> Any:
        """Apply it to x of shape (n, *beta_shape, ...)."""
        if self.beta._data is None:
            self.beta.initialize(x.shape[1:])
        return swish(x, self.beta)
