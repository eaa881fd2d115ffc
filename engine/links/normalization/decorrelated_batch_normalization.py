"""Decorrelated batch normalization that keeps running statistics for evaluation."""

from __future__ import annotations

from typing import Any

import numpy

from ...configuration import config
from ...functions.normalization.decorrelated_batch_normalization import (
    decorrelated_batch_normalization,
    fixed_decorrelated_batch_normalization,
)
from ...link import Link
from ...utils import parse_kwargs

__all__ = ["DecorrelatedBatchNormalization"]


class DecorrelatedBatchNormalization(Link):
    """Makes the channels of each group independent of each other, with mean 0 and variance 1.

    In training by the batch's own statistics, which running ones follow; with `config.train` off by these.

    Args:
        size: number of channels.
        groups: how many groups they are divided into.
        decay: how much of the running statistics stays at each batch.
        eps: added to the variances.
        dtype: of the statistics.

    Attributes:
        avg_mean: running mean (groups, size / groups); saved with the link.
        avg_projection: running projection (groups, size / groups, size / groups); saved with the link.
        N: how many batches it saw while fine-tuning; saved with the link.

    Reference: Huang et al. 2018.
    """

    avg_mean: Any
    avg_projection: Any

    def __init__(
        self, size: int, groups: int = 16, decay: float = 0.9, eps: float = 2e-5, dtype: Any = numpy.float32
    ) -> None:
        super().__init__()
        channels = size // groups
        self.avg_mean = numpy.zeros((groups, channels), dtype)
        self.register_persistent("avg_mean")
        self.avg_projection = numpy.zeros((groups, channels, channels), dtype)
        self.avg_projection[:] = numpy.eye(channels, dtype=dtype)
        self.register_persistent("avg_projection")
        self.N = 0
        self.register_persistent("N")
        self.decay = decay
        self.eps = eps
        self.groups = groups

    def forward(self, x: Any, **kwargs: Any) -> Any:
        """Apply the layer.

        Args:
            x: variable or array (n, size, ...).
            finetune: (keyword) whether running statistics are plain means over the batches since `start_finetuning`.
        """
        (finetune,) = parse_kwargs(kwargs, ("finetune", False))
        if not config.train:
            return fixed_decorrelated_batch_normalization(x, self.avg_mean, self.avg_projection, self.groups)
        decay = self.decay
        if finetune:
            self.N += 1
            decay = 1.0 - 1.0 / self.N
        mean, projection = (None, None) if config.in_recomputing else (self.avg_mean, self.avg_projection)
        return decorrelated_batch_normalization(
            x, groups=self.groups, eps=self.eps, running_mean=mean, running_projection=projection, decay=decay
        )

    def start_finetuning(self) -> None:
        """Begin to count batches: with `finetune=True`, running statistics are means over them."""
        self.N = 0
