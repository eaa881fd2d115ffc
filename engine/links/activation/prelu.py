"""Parametric ReLU with a learnt slope."""

from __future__ import annotations

from typing import Any

from ...functions.activation.prelu import prelu
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter

__all__ = ["PReLU"]


class PReLU(Link):
    """`y = x` where x is positive, else `W x`.

    Args:
        shape: of the slopes `W`; () for one slope for all.
        init: fills `W`.

    Reference: He et al. 2015.
    """

    def __init__(self, shape: Any = (), init: Any = 0.25) -> None:
        super().__init__()
        with self.init_scope():
            self.W = Parameter(get_initializer(init), shape)

    def forward(self, x: Any) -> Any:
        """Apply it to x of shape (n, *shape, ...)."""
        return prelu(x, self.W)
