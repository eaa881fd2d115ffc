"""Where Chainer has its links, where it isn't where we have them."""

from __future__ import annotations

import importlib

from .. import module_paths

__all__ = ["PATHS", "install"]

PATHS = {
    "connection.bias": "Bias",
    "connection.convolution_2d": "Convolution2D",
    "connection.deconvolution_2d": "Deconvolution2D",
    "connection.inceptionbn": "InceptionBN",
    "normalization.group_normalization": "GroupNormalization",
    "rnn.n_step_gru": "NStepBiGRU NStepGRU",
    "rnn.n_step_lstm": "NStepBiLSTM NStepLSTM",
}
"""Module, to the links that Chainer has in it."""


def install() -> None:
    """Make the modules of the table."""
    package = __package__ or ""
    links = importlib.import_module(package)
    module_paths.install(package, PATHS, lambda name: getattr(links, name))
