"""Nesterov's accelerated gradient."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["NesterovAG", "NesterovAGRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.01
_default_hyperparam.momentum = 0.9


class NesterovAGRule(UpdateRule):
    """`v = momentum v - lr gW`; `W += momentum^2 v - (1 + momentum) lr gW`.

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
        state: Any = self._state
        state["v"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        value = self.hyperparam.value
        lr, momentum = value("lr"), value("momentum")
        state: Any = self._state
        v = state["v"]
        v *= momentum
        v -= lr * grad
        param._data += momentum * momentum * v
        param._data -= (1 + momentum) * lr * grad


class NesterovAG(GradientMethod):
    """Momentum that looks ahead: the gradient counts as if the momentum step were already made.

    Args:
        lr: learning rate.
        momentum: how much of the latest step goes on, from 0 to 1.

    Reference: Bengio et al. 2013, section 3.5.
    """

    def __init__(
        self,
        lr: float = _default_hyperparam.lr,
        momentum: float = _default_hyperparam.momentum,
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.momentum = momentum

    lr = HyperparameterProxy("lr")
    momentum = HyperparameterProxy("momentum")

    def create_update_rule(self) -> NesterovAGRule:
        return NesterovAGRule(self.hyperparam)
