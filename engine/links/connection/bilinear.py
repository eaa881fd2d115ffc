"""A layer that multiplies two inputs with each other."""

from __future__ import annotations

from typing import Any

from ...functions.connection.bilinear import bilinear
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter

__all__ = ["Bilinear"]


class Bilinear(Link):
    """`y[l] = e1^T W[:, :, l] e2 + e1^T V1[:, l] + e2^T V2[:, l] + b[l]`.

    Args:
        left_size, right_size: lengths of the two input vectors.
        out_size: length of the output vector.
        nobias: whether to do without `V1`, `V2` and `b`.
        initialW: fills `W`.
        initial_bias: fills `V1`, `V2`, `b`: a triple of arrays; by default drawn, drawn, and zeros.
    """

    def __init__(
        self,
        left_size: int,
        right_size: int,
        out_size: int,
        nobias: bool = False,
        initialW: Any = None,
        initial_bias: Any = None,
    ) -> None:
        super().__init__()
        self.in_sizes = (left_size, right_size)
        self.nobias = nobias
        with self.init_scope():
            self.W = Parameter(get_initializer(initialW), (left_size, right_size, out_size))
            if not nobias:
                if isinstance(initial_bias, tuple):
                    V1, V2, b = initial_bias
                elif initial_bias is None:
                    V1, V2, b = None, None, 0
                else:
                    raise ValueError(f"Bilinear: initial_bias must be a triple or None, not {initial_bias!r}")
                self.V1 = Parameter(get_initializer(V1), (left_size, out_size))
                self.V2 = Parameter(get_initializer(V2), (right_size, out_size))
                self.b = Parameter(get_initializer(b), out_size)

    def forward(self, e1: Any, e2: Any) -> Any:
        """Apply the layer to e1 (n, left_size) and e2 (n, right_size)."""
        if self.nobias:
            return bilinear(e1, e2, self.W)
        return bilinear(e1, e2, self.W, self.V1, self.V2, self.b)

    def zero_grads(self) -> None:
        """An older name for `zerograds`."""
        self.zerograds()
