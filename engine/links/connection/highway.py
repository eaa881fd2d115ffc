"""A layer that lets a learnt share of its input through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...functions.activation.relu import relu
from ...functions.activation.sigmoid import sigmoid
from ...link import Chain
from .linear import Linear

__all__ = ["Highway"]


class Highway(Chain):
    """`y = t activate(plain(x)) + (1 - t) x` with `t = sigmoid(transform(x))`.

    Args:
        in_out_size: length of input and output vectors.
        nobias: whether `plain` does without a bias.
        activate: the activation of `plain`.
        init_Wh, init_bh: fill `plain`.
        init_Wt, init_bt: fill `transform`; -1 as its bias begins by letting most of the input through.

    Reference: Srivastava et al. 2015.
    """

    def __init__(
        self,
        in_out_size: int,
        nobias: bool = False,
        activate: Callable[[Any], Any] = relu,
        init_Wh: Any = None,
        init_Wt: Any = None,
        init_bh: Any = None,
        init_bt: Any = -1,
    ) -> None:
        super().__init__()
        self.activate = activate
        with self.init_scope():
            self.plain = Linear(in_out_size, in_out_size, nobias, initialW=init_Wh, initial_bias=init_bh)
            self.transform = Linear(in_out_size, in_out_size, initialW=init_Wt, initial_bias=init_bt)

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, in_out_size)."""
        plain = self.activate(self.plain(x))
        share = sigmoid(self.transform(x))
        return plain * share + x * (1 - share)
