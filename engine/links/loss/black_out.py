"""A softmax over the right class and classes that are drawn by their frequency."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...functions.loss.black_out import black_out
from ...link import Link
from ...parameter import Parameter
from ...utils.walker_alias import WalkerAlias

__all__ = ["BlackOut"]


class BlackOut(Link):
    """`black_out` with a learnt vector for each class.

    Args:
        in_size: length of an input vector.
        counts: how often each class occurs; classes are drawn by it.
        sample_size: how many classes to draw for each row.

    Attributes:
        W: Parameter (classes, in_size). It is made of NaN and must be filled by the script, as in Chainer.
        sampler: draws the classes.

    Reference: Ji et al. 2016.
    """

    sample_data: Any = None
    """Drawn classes (n, sample_size) to use in the place of new ones, for tests."""

    def __init__(self, in_size: int, counts: Any, sample_size: int) -> None:
        super().__init__()
        self.sampler = WalkerAlias(counts)
        self.sample_size = sample_size
        with self.init_scope():
            self.W = Parameter(shape=(len(counts), in_size))

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        self.sampler.device_resident_accept(visitor)

    def forward(self, x: Any, t: Any) -> Any:
        """The mean loss of inputs x (n, in_size) with the right classes t (n,)."""
        drawn = self.sample_data
        if drawn is None:
            drawn = self.sampler.sample((x.shape[0], self.sample_size))
        return black_out(x, t, self.W, drawn)
