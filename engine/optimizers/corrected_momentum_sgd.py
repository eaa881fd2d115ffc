"""Momentum whose memory doesn't depend on the learning rate."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["CorrectedMomentumSGD", "CorrectedMomentumSGDRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.01
_default_hyperparam.momentum = 0.9


class CorrectedMomentumSGDRule(UpdateRule):
    """`v = momentum v - gW`; `W += lr v`.

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
        state: Any = self._state
        v = state["v"]
        v *= value("momentum")
        v -= grad
        param._data += value("lr") * v


class CorrectedMomentumSGD(GradientMethod):
    """Momentum on gradients, not on steps: a change of the learning rate acts at once on all of them.

    Args:
        lr: learning rate.
        momentum: how much of the latest gradients goes on, from 0 to 1.

    Reference: Goyal et al. 2017, section 3.
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

    def create_update_rule(self) -> CorrectedMomentumSGDRule:
        return CorrectedMomentumSGDRule(self.hyperparam)
