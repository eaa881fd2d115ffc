"""Batch normalization, corrected towards the running statistics."""

from __future__ import annotations

from typing import Any

from ...configuration import config
from ...functions.normalization.batch_renormalization import batch_renormalization
from .batch_normalization import BatchNormalization

__all__ = ["BatchRenormalization"]


class BatchRenormalization(BatchNormalization):
    """Batch normalization that corrects each batch towards the running statistics, up to a limit.

    Args:
        size: number of channels, or the shape of the axes that keep their own statistics.
        rmax: >= 1: how far the standard deviation is corrected at most, as a factor.
        dmax: >= 0: how far the mean is corrected at most, in running standard deviations.
        decay, eps, dtype, use_gamma, use_beta, initial_gamma, initial_beta, initial_avg_mean, initial_avg_var: as for
            `BatchNormalization`.

    Reference: Ioffe 2017.
    """

    def __init__(
        self,
        size: Any,
        rmax: float = 1,
        dmax: float = 0,
        decay: float = 0.9,
        eps: float = 2e-5,
        dtype: Any = None,
        use_gamma: bool = True,
        use_beta: bool = True,
        initial_gamma: Any = None,
        initial_beta: Any = None,
        initial_avg_mean: Any = None,
        initial_avg_var: Any = None,
    ) -> None:
        super().__init__(
            size,
            decay,
            eps,
            dtype,
            use_gamma,
            use_beta,
            initial_gamma,
            initial_beta,
            None,
            initial_avg_mean,
            initial_avg_var,
        )
        self.rmax = rmax
        self.dmax = dmax

    def forward(self, x: Any, finetune: bool = False) -> Any:  # type: ignore[override]
        """Apply the layer; see `BatchNormalization.forward`."""
        return super().forward(x, finetune=finetune)

    def _normalize(self, x: Any, gamma: Any, beta: Any, decay: float) -> Any:
        return batch_renormalization(
            x,
            gamma,
            beta,
            self.rmax,
            self.dmax,
            self.eps,
            self.avg_mean,
            self.avg_var,
            decay,
            update_statistics=not config.in_recomputing,
        )
