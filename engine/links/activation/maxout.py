"""A fully connected layer whose units are each the largest of several."""

from __future__ import annotations

from typing import Any

import numpy

from ...functions.activation.crelu import maxout
from ...initializers import get_initializer
from ...link import Chain
from ..connection.linear import Linear

__all__ = ["Maxout"]


class Maxout(Chain):
    """The largest of `pool_size` linear functions, for each of `out_size` units.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of an output vector.
        pool_size: how many functions a unit has.
        initialW: fills the weights: an initializer, a number, or an array (out_size, pool_size, in_size).
        initial_bias: fills the biases, or an array (out_size, pool_size); None: there are none.

    Reference: Goodfellow et al. 2013.
    """

    def __init__(
        self, in_size: int | None, out_size: int, pool_size: int, initialW: Any = None, initial_bias: Any = 0
    ) -> None:
        super().__init__()
        linear_size = out_size * pool_size
        if initialW is not None and not numpy.isscalar(initialW) and not callable(initialW):
            initialW = initialW.reshape(linear_size, in_size)
        if initial_bias is not None and not numpy.isscalar(initial_bias) and not callable(initial_bias):
            initial_bias = initial_bias.reshape(linear_size)
        self.out_size = out_size
        self.pool_size = pool_size
        with self.init_scope():
            self.linear = Linear(
                in_size,
                linear_size,
                nobias=initial_bias is None,
                initialW=get_initializer(initialW),
                initial_bias=initial_bias,
            )

    def forward(self, x: Any) -> Any:
        """Apply it to x (n, in_size); gives (n, out_size)."""
        return maxout(self.linear(x), self.pool_size)
