"""Hooks that change gradients before an update, one file each."""

from .gradient_clipping import GradientClipping
from .gradient_hard_clipping import GradientHardClipping
from .gradient_lars import GradientLARS
from .gradient_noise import GradientNoise
from .lasso import Lasso
from .weight_decay import WeightDecay

__all__ = [
    "GradientClipping",
    "GradientHardClipping",
    "GradientLARS",
    "GradientNoise",
    "Lasso",
    "WeightDecay",
]
