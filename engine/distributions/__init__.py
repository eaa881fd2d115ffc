"""Probability distributions, one file each."""

from .bernoulli import Bernoulli
from .independent import Independent
from .normal import Normal
from .uniform import Uniform

__all__ = ["Bernoulli", "Independent", "Normal", "Uniform"]
