"""Weights that make images larger or smaller, which draw nothing."""

from __future__ import annotations

import numpy as np

__all__ = ["CASES"]


def sampling_filters(ch):
    """Both filters for some kernels, with and without a channel for each channel."""
    arrays = {}
    for name in ("UpsamplingDeconvFilter", "DownsamplingConvFilter"):
        for shape in ((1, 1, 4), (1, 1, 5), (3, 3, 3, 3), (3, 1, 4, 4), (2, 2, 3, 3, 3)):
            array = np.full(shape, 7, "f4")
            getattr(ch.initializers, name)()(array)
            arrays[f"{name}.{shape}"] = array
    return arrays


CASES = {"sampling_filters": sampling_filters}
