"""Where Chainer has its links, where it isn't where we have them."""

from __future__ import annotations

import importlib
from typing import Any

from .. import module_paths

__all__ = ["PATHS", "install"]

PATHS = {
    "connection.bias": "Bias",
    "connection.convolution_2d": "Convolution2D",
    "connection.deconvolution_2d": "Deconvolution2D",
    "connection.inceptionbn": "InceptionBN",
    "normalization.group_normalization": "GroupNormalization",
    "rnn.n_step_gru": "NStepBiGRU NStepGRU NStepGRUBase=rnn.n_step_rnn.NStepGRUBase",
    "rnn.n_step_lstm": "NStepBiLSTM NStepLSTM NStepLSTMBase=rnn.n_step_rnn.NStepLSTMBase",
}
"""Module, to the links that Chainer has in it."""


def install() -> None:
    """Make the modules of the table."""
    package = __package__ or ""
    links = importlib.import_module(package)

    def find(name: str) -> Any:
        module, _, last = name.rpartition(".")
        return getattr(importlib.import_module(f"{package}.{module}") if module else links, last)

    module_paths.install(package, PATHS, find)
