"""Noise on the gradient, less with every step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy

__all__ = ["GradientNoise", "exponential_decay_noise"]


def exponential_decay_noise(xp: Any, shape: tuple[int, ...], dtype: Any, hook: Any, opt: Any) -> Any:
    """Normal noise whose variance is `eta / (1 + t) ** 0.55` at step t.

    Reference: Neelakantan et al. 2015.
    """
    std = numpy.sqrt(hook.eta / numpy.power(1 + opt.t, 0.55))
    return xp.random.normal(0, std, shape).astype(dtype)


class GradientNoise:
    """Adds noise to every gradient.

    Args:
        eta: how much; see `noise_func`.
        noise_func: gives the noise, called with the array module, shape, dtype, this hook and the parameter's rule.
    """

    name = "GradientNoise"
    call_for_each_param = True
    timing = "pre"

    def __init__(self, eta: float, noise_func: Callable[..., Any] = exponential_decay_noise) -> None:
        self.eta = eta
        self.noise_func = noise_func

    def __call__(self, rule: Any, param: Any) -> None:
        grad = param._grad
        if grad is not None:
            grad += self.noise_func(param.xp, grad.shape, grad.dtype, self, rule)
