"""A linear layer whose weights are dropped at random."""

from __future__ import annotations

from typing import Any

from ...functions.noise.simplified_dropconnect import simplified_dropconnect
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils import size_of_shape

__all__ = ["SimplifiedDropconnect"]


class SimplifiedDropconnect(Link):
    """`y = x (W masked)^T + b`, with a mask that is drawn anew for every sample.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of an output vector.
        ratio: the probability that a weight is dropped.
        nobias: whether to do without `b`.
        initialW, initial_bias: fill `W` and `b`; by default LeCun's normal and zeros.

    Attributes:
        W: Parameter of shape (out_size, in_size).
        b: Parameter of shape (out_size,), or None.
    """

    def __init__(
        self,
        in_size: int | None,
        out_size: int,
        ratio: float = 0.5,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__()
        self.out_size = out_size
        self.ratio = ratio
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW))
            if in_size is not None:
                self._initialize_params(in_size)
            self.b = (
                None
                if nobias
                else Parameter(get_initializer(0 if initial_bias is None else initial_bias), out_size)
            )

    def _initialize_params(self, in_size: int) -> None:
        self.W.initialize((self.out_size, in_size))

    def forward(self, x: Any, train: bool = True, mask: Any = None, use_batchwise_mask: bool = True) -> Any:
        """Apply the layer to x (n, ...); see `functions.simplified_dropconnect`.

        Args:
            x: variable or array; the axes behind the first are one vector.
            train: whether to drop at all; `config.train` doesn't matter.
            mask: booleans of the weights to keep; by default drawn.
            use_batchwise_mask: whether each sample has a mask of its own.
        """
        if self.W._data is None:
            self._initialize_params(size_of_shape(x.shape[1:]))
        return simplified_dropconnect(x, self.W, self.b, self.ratio, train, mask, use_batchwise_mask)
