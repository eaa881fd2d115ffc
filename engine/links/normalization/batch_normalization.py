"""Batch normalization that keeps running statistics for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy

from ... import backend
from ...configuration import config
from ...dtypes import get_dtype
from ...functions.normalization.batch_normalization import batch_normalization, fixed_batch_normalization
from ...initializers import generate_array, get_initializer
from ...link import Link
from ...parameter import Parameter

__all__ = ["BatchNormalization"]


class BatchNormalization(Link):
    """Shifts and scales each channel to mean 0 and variance 1, then by `beta` and `gamma`.

    In training by the batch's own statistics, which running means follow; with `config.train` off by these.

    Args:
        size: number of channels, or the shape of the axes that keep their own statistics; None: seen at the first call.
        decay: how much of the running statistics stays at each batch.
        eps: added to the variance.
        dtype: of statistics and parameters; by default what `config.dtype` says, float32 for `mixed16`.
        use_gamma, use_beta: whether scale and shift are learnt; else they are 1 and 0.
        initial_gamma, initial_beta: fill them; by default 1 and 0.
        axis: over which axes statistics are taken; by default all but the second.
        initial_avg_mean, initial_avg_var: fill the running statistics; by default 0 and 1.

    Attributes:
        gamma, beta: Parameters, or None.
        avg_mean, avg_var: arrays with the running statistics; saved with the link.
        N: how many batches it saw while fine-tuning; saved with the link.

    Reference: Ioffe and Szegedy 2015.
    """

    avg_mean: Any = None
    avg_var: Any = None
    gamma: Any = None
    beta: Any = None

    def __init__(
        self,
        size: Any = None,
        decay: float = 0.9,
        eps: float = 2e-5,
        dtype: Any = None,
        use_gamma: bool = True,
        use_beta: bool = True,
        initial_gamma: Any = None,
        initial_beta: Any = None,
        axis: Any = None,
        initial_avg_mean: Any = None,
        initial_avg_var: Any = None,
    ) -> None:
        super().__init__()
        if size is None and axis is None:
            raise RuntimeError("size or axis is required")
        self._initial_avg_mean = initial_avg_mean
        self._initial_avg_var = initial_avg_var
        self.N = 0
        self.register_persistent("N")
        self.decay = decay
        self.eps = eps
        self.axis = (axis,) if isinstance(axis, int) else axis
        self._dtype = get_dtype(dtype, numpy.float32)
        with self.init_scope():
            if use_gamma:
                self.gamma = Parameter(filling_in(1 if initial_gamma is None else initial_gamma, self._dtype))
            if use_beta:
                self.beta = Parameter(filling_in(0 if initial_beta is None else initial_beta, self._dtype))
        self.avg_mean = self.avg_var = None
        if size is not None:
            self._initialize_params(size)
        self.register_persistent("avg_mean")
        self.register_persistent("avg_var")

    def _initialize_params(self, shape: Any) -> None:
        self.avg_mean = self._statistics(self._initial_avg_mean, 0, shape)
        self.avg_var = self._statistics(self._initial_avg_var, 1, shape)
        for param in (self.gamma, self.beta):
            if param is not None:
                param.initialize(shape)

    def _statistics(self, given: Any, default: float, shape: Any) -> Any:
        filling = filling_in(default if given is None else given, self._dtype)
        return generate_array(filling, shape, self.xp, self._dtype, self.device)

    def forward(self, x: Any, **kwargs: Any) -> Any:
        """Apply the layer.

        Args:
            x: variable or array (n, channels, ...).
            finetune: (keyword) whether running statistics are plain means over the batches since `start_finetuning`.
        """
        finetune = kwargs.pop("finetune", False)
        if kwargs:
            raise _unknown(kwargs)
        if self.avg_mean is None:
            kept = tuple(length for i, length in enumerate(x.shape) if i not in _counted(self.axis, x))
            self._initialize_params(kept)
        gamma = self._constant(1, x) if self.gamma is None else self.gamma
        beta = self._constant(0, x) if self.beta is None else self.beta
        if not config.train:
            return fixed_batch_normalization(x, gamma, beta, self.avg_mean, self.avg_var, self.eps, self.axis)
        decay = self.decay
        if finetune:
            self.N += 1
            decay = 1.0 - 1.0 / self.N
        return self._normalize(x, gamma, beta, decay)

    def _normalize(self, x: Any, gamma: Any, beta: Any, decay: float) -> Any:
        if config.in_recomputing:
            return batch_normalization(x, gamma, beta, self.eps, None, None, decay, self.axis)
        return batch_normalization(x, gamma, beta, self.eps, self.avg_mean, self.avg_var, decay, self.axis)

    def _constant(self, value: float, x: Any) -> Any:
        xp = backend.get_array_module(x)
        return xp.full(self.avg_mean.shape, value, self._dtype)

    def start_finetuning(self) -> None:
        """Begin to count batches: with `finetune=True`, running statistics are means over them."""
        self.N = 0

    @property
    def printable_specs(self) -> Iterator[tuple[str, Any]]:
        yield "size", None if self.avg_mean is None else self.avg_mean.shape[0]
        yield "decay", self.decay
        yield "eps", self.eps
        yield "dtype", numpy.dtype(self._dtype).name
        yield "use_gamma", self.gamma is not None
        yield "use_beta", self.beta is not None


def filling_in(initializer: Any, dtype: Any) -> Any:
    """An initializer that makes arrays of `dtype`, unless it has one of its own."""
    filling = get_initializer(initializer)
    if getattr(filling, "dtype", None) is None and hasattr(filling, "__dict__"):
        filling.dtype = dtype
    return filling


def _counted(axis: Any, x: Any) -> tuple[int, ...]:
    return tuple(i % len(x.shape) for i in axis)


def _unknown(kwargs: dict[str, Any]) -> Exception:
    if "test" in kwargs:
        return ValueError("test argument is not supported anymore. Use chainer.using_config")
    return TypeError(f"unexpected keyword argument(s): {', '.join(sorted(kwargs))}")
