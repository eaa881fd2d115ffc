"""The loss of telling the right class from classes that are drawn by their frequency."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy

from ...device_resident import DeviceResidentsVisitor
from ...dtypes import get_dtype
from ...functions.loss.negative_sampling import negative_sampling
from ...initializers.constant import Constant
from ...link import Link
from ...parameter import Parameter
from ...utils.walker_alias import WalkerAlias

__all__ = ["NegativeSampling"]


class NegativeSampling(Link):
    """`negative_sampling` with a learnt vector for each class.

    Args:
        in_size: length of an input vector.
        counts: how often each class occurs: a list, or a dict by class.
        sample_size: how many classes to draw for each row.
        power: classes are drawn by their count to this power.
        dtype: of `W`; by default what `config.dtype` says.

    Attributes:
        W: Parameter (classes, in_size), first zeros.
        sampler: draws the classes.

    Reference: Mikolov et al. 2013.
    """

    def __init__(
        self, in_size: int, counts: Any, sample_size: int, power: float = 0.75, dtype: Any = None
    ) -> None:
        super().__init__()
        if isinstance(counts, Mapping):
            counts = [counts.get(word, 0) for word in range(max(counts) + 1)]
        weights = numpy.power(numpy.array(counts, numpy.float32), numpy.float32(power))
        self.sample_size = sample_size
        self.sampler = WalkerAlias(weights)  # type: ignore[arg-type]
        with self.init_scope():
            self.W = Parameter(Constant(0, get_dtype(dtype)), (len(counts), in_size))

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        self.sampler.device_resident_accept(visitor)

    def forward(self, x: Any, t: Any, reduce: str = "sum", **kwargs: Any) -> Any:
        """The loss of inputs x (n, in_size) with the right classes t (n,); arguments as for the function."""
        return negative_sampling(x, t, self.W, self.sampler.sample, self.sample_size, reduce, **kwargs)
