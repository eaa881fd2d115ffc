"""Gradient descent with momentum."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule
from .blocks import blocks_of

__all__ = ["MomentumSGD", "MomentumSGDRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.01
_default_hyperparam.momentum = 0.9


class MomentumSGDRule(UpdateRule):
    """`v = momentum * v - lr * gW`; `W += v`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr, momentum: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        lr: float | None = None,
        momentum: float | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr
        if momentum is not None:
            self.hyperparam.momentum = momentum

    def init_state(self, param: Parameter) -> None:
        self._state["v"] = param.xp.zeros_like(param._data)  # type: ignore[index]

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        value = self.hyperparam.value
        lr, momentum = value("lr"), value("momentum")
        for W, gW, v in blocks_of(param._data, grad, self._state["v"]):  # type: ignore[index]
            v *= momentum
            v -= lr * gW
            W += v


class MomentumSGD(GradientMethod):
    """Gradient descent with momentum: each parameter moves by a running mean of its steps.

    Args:
        lr: learning rate.
        momentum: how much of the latest step goes on, from 0 to 1.

    Reference: Polyak 1964.
    """

    def __init__(
        self, lr: float = _default_hyperparam.lr, momentum: float = _default_hyperparam.momentum
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.momentum = momentum

    lr = HyperparameterProxy("lr")
    momentum = HyperparameterProxy("momentum")

    def create_update_rule(self) -> MomentumSGDRule:
        return MomentumSGDRule(self.hyperparam)
