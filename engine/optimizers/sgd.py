"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule
from .blocks import blocks_of

__all__ = ["SGD", "SGDRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.01


class SGDRule(UpdateRule):
    """`W -= lr * gW`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr: learning rate of this parameter alone.
    """

    is_elementwise = True

    def __init__(self, parent_hyperparam: Hyperparameter | None = None, lr: float | None = None) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is not None:
            lr = self.hyperparam.value("lr")
            for W, gW in blocks_of(param._data, grad):
                W -= lr * gW


class SGD(GradientMethod):
    """Stochastic gradient descent: each parameter moves against its gradient.

    Args:
        lr: learning rate.
    """

    def __init__(self, lr: float = _default_hyperparam.lr) -> None:
        super().__init__()
        self.hyperparam.lr = lr

    lr = HyperparameterProxy("lr")

    def create_update_rule(self) -> SGDRule:
        return SGDRule(self.hyperparam)
