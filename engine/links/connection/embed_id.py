"""A table with a learnt vector for every number."""

from __future__ import annotations

from typing import Any

from ...functions.connection.embed_id import embed_id
from ...initializers import get_initializer
from ...initializers.normal import Normal
from ...link import Link
from ...parameter import Parameter

__all__ = ["EmbedID"]


class EmbedID(Link):
    """`y = W[x]`: the row of `W` for every number in x.

    Args:
        in_size: how many numbers there are.
        out_size: length of a vector.
        initialW: fills `W`; by default the normal distribution of deviation 1.
        ignore_label: a number whose vector is zeros.

    Attributes:
        W: Parameter of shape (in_size, out_size).
    """

    def __init__(
        self, in_size: int, out_size: int, initialW: Any = None, ignore_label: int | None = None
    ) -> None:
        super().__init__()
        self.ignore_label = ignore_label
        with self.init_scope():
            self.W = Parameter(
                Normal(1.0) if initialW is None else get_initializer(initialW), (in_size, out_size)
            )

    @classmethod
    def from_params(cls, W: Any, ignore_label: int | None = None) -> EmbedID:
        """A table with these rows; W is an array or variable of shape (in_size, out_size)."""
        W = getattr(W, "array", W)
        link = cls(W.shape[0], W.shape[1], initialW=W, ignore_label=ignore_label)
        link.W.array = W
        return link

    def forward(self, x: Any) -> Any:
        """The rows for x, integers of any shape; gives (*x.shape, out_size)."""
        return embed_id(x, self.W, self.ignore_label)
