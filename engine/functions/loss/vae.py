"""bernoulli_nll, gaussian_nll and gaussian_kl_divergence: the losses of a variational autoencoder."""

from __future__ import annotations

import math
from typing import Any

from ..activation.softplus import softplus
from ..math.exponential import exp
from .checks import reduced, require_choice

__all__ = ["bernoulli_nll", "gaussian_kl_divergence", "gaussian_nll"]

_CHOICES = ("sum", "mean", "no")


def bernoulli_nll(x: Any, y: Any, reduce: str = "sum") -> Any:
    """The negative log-likelihood of x under Bernoulli distributions: softplus(y) - x y.

    Args:
        x: variable or array, float, of 0s and 1s (or numbers between them).
        y: variable or array of the same shape: the distributions' logits.
        reduce: `sum`, `mean`, or `no` for one loss an element.

    Raises:
        ValueError: reduce is none of these.
    """
    require_choice(reduce, _CHOICES)
    return reduced(softplus(y) - x * y, reduce)


def gaussian_nll(x: Any, mean: Any, ln_var: Any, reduce: str = "sum") -> Any:
    """The negative log-likelihood of x under normal distributions.

    Args:
        x, mean, ln_var: variables or arrays of one shape, float; ln_var is the logarithm of the variances.
        reduce: `sum`, `mean`, or `no` for one loss an element.

    Raises:
        ValueError: reduce is none of these.
    """
    require_choice(reduce, _CHOICES)
    difference = x - mean
    exponent = difference * difference * exp(-ln_var) * -0.5
    return reduced((ln_var + math.log(2 * math.pi)) / 2 - exponent, reduce)


def gaussian_kl_divergence(mean: Any, ln_var: Any, reduce: str = "sum") -> Any:
    """The Kullback-Leibler divergence of normal distributions from the standard one.

    Args:
        mean, ln_var: variables or arrays of one shape, float; ln_var is the logarithm of the variances.
        reduce: `sum`, `mean`, or `no` for one number an element.

    Raises:
        ValueError: reduce is none of these.
    """
    require_choice(reduce, _CHOICES)
    return reduced((mean * mean + exp(ln_var) - ln_var - 1) * 0.5, reduce)
