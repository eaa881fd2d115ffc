"""RMSprop with the gradient's variance and momentum."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["RMSpropGraves", "RMSpropGravesRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.0001
_default_hyperparam.alpha = 0.95
_default_hyperparam.momentum = 0.9
_default_hyperparam.eps = 0.0001


class RMSpropGravesRule(UpdateRule):
    """`n`, `g` follow `gW^2`, `gW`; `delta = momentum delta - lr gW / sqrt(n - g^2 + eps)`; `W += delta`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr, alpha, momentum, eps: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        lr: float | None = None,
        alpha: float | None = None,
        momentum: float | None = None,
        eps: float | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr
        if alpha is not None:
            self.hyperparam.alpha = alpha
        if momentum is not None:
            self.hyperparam.momentum = momentum
        if eps is not None:
            self.hyperparam.eps = eps

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        for name in ("n", "g", "delta"):
            state[name] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        value = self.hyperparam.value
        alpha = value("alpha")
        state: Any = self._state
        n, g, delta = state["n"], state["g"], state["delta"]
        n *= alpha
        n += (1 - alpha) * grad * grad
        g *= alpha
        g += (1 - alpha) * grad
        delta *= value("momentum")
        delta -= value("lr") * grad / param.xp.sqrt(n - g * g + value("eps"))
        param._data += delta


class RMSpropGraves(GradientMethod):
    """RMSprop as Graves has it: relative to the standard deviation of recent gradients, with momentum.

    Args:
        lr: learning rate.
        alpha: how slowly the means forget, from 0 to 1.
        momentum: how much of the latest step goes on, from 0 to 1.
        eps: added under the root.

    Reference: Graves 2013, section 4.2.
    """

    def __init__(
        self,
        lr: float = _default_hyperparam.lr,
        alpha: float = _default_hyperparam.alpha,
        momentum: float = _default_hyperparam.momentum,
        eps: float = _default_hyperparam.eps,
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.alpha = alpha
        self.hyperparam.momentum = momentum
        self.hyperparam.eps = eps

    lr = HyperparameterProxy("lr")
    alpha = HyperparameterProxy("alpha")
    momentum = HyperparameterProxy("momentum")
    eps = HyperparameterProxy("eps")

    def create_update_rule(self) -> RMSpropGravesRule:
        return RMSpropGravesRule(self.hyperparam)
