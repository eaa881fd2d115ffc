"""Normalization of each sample by itself: over all its elements, or over groups of its channels."""

from __future__ import annotations

from typing import Any

import numpy

from ...dtypes import get_dtype
from ...functions.normalization.layer_normalization import group_normalization, layer_normalization
from ...initializers import get_initializer
from ...link import Link
from ...parameter import Parameter
from ...utils.arguments import size_of_shape
from .batch_normalization import filling_in

__all__ = ["GroupNormalization", "LayerNormalization"]


class LayerNormalization(Link):
    """Shifts and scales each vector to mean 0 and variance 1, then by `beta` and `gamma`.

    Args:
        size: length of a vector; None: seen at the first call.
        eps: added to the variance.
        initial_gamma, initial_beta: fill `gamma` and `beta`; by default 1 and 0.

    Attributes:
        gamma, beta: Parameters of shape (size,).

    Reference: Ba et al. 2016.
    """

    def __init__(
        self, size: int | None = None, eps: float = 1e-6, initial_gamma: Any = None, initial_beta: Any = None
    ) -> None:
        super().__init__()
        self.eps = eps
        with self.init_scope():
            self.gamma = Parameter(get_initializer(1 if initial_gamma is None else initial_gamma))
            self.beta = Parameter(get_initializer(0 if initial_beta is None else initial_beta))
        if size is not None:
            self._initialize_params(size)

    def _initialize_params(self, size: int) -> None:
        self.gamma.initialize(size)
        self.beta.initialize(size)

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, size)."""
        if self.gamma._data is None:
            self._initialize_params(size_of_shape(x.shape[1:]))
        return layer_normalization(x, self.gamma, self.beta, self.eps)


class GroupNormalization(Link):
    """Shifts and scales each group of channels of each sample to mean 0 and variance 1, then by `beta` and `gamma`.

    Args:
        groups: into how many groups the channels are divided.
        size: number of channels; None: seen at the first call.
        eps: added to the variance.
        initial_gamma, initial_beta: fill `gamma` and `beta`; by default 1 and 0.

    Attributes:
        gamma, beta: Parameters of shape (size,).

    Reference: Wu and He 2018.
    """

    def __init__(
        self,
        groups: int,
        size: int | None = None,
        eps: float = 1e-5,
        initial_gamma: Any = None,
        initial_beta: Any = None,
    ) -> None:
        super().__init__()
        self.groups = groups
        self.eps = eps
        with self.init_scope():
            dtype = get_dtype(None, numpy.float32)
            self.gamma = Parameter(filling_in(1 if initial_gamma is None else initial_gamma, dtype))
            self.beta = Parameter(filling_in(0 if initial_beta is None else initial_beta, dtype))
        if size is not None:
            self._initialize_params(size)

    def _initialize_params(self, size: int) -> None:
        self.gamma.initialize(size)
        self.beta.initialize(size)

    def forward(self, x: Any) -> Any:
        """Apply the layer to x of shape (n, size, ...).

        Raises:
            ValueError: x has no axis of that size.
        """
        if len(x.shape) < 2:
            raise ValueError(f"GroupNormalization: x must have at least 2 axes, but its shape is {x.shape}")
        if self.gamma._data is None:
            self._initialize_params(x.shape[1])
        return group_normalization(x, self.groups, self.gamma, self.beta, self.eps)
