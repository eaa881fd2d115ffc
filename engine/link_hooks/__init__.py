"""Link hooks that are ready to use."""

from .spectral_normalization import SpectralNormalization
from .timer import TimerHook
from .weight_standardization import WeightStandardization

__all__ = ["SpectralNormalization", "TimerHook", "WeightStandardization"]
