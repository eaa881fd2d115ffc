"""AdaGrad: steps that shrink with all gradients so far."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["AdaGrad", "AdaGradRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.001
_default_hyperparam.eps = 1e-08


class AdaGradRule(UpdateRule):
    """`h += gW^2`; `W -= lr gW / (sqrt(h) + eps)`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr, eps: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        lr: float | None = None,
        eps: float | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr
        if eps is not None:
            self.hyperparam.eps = eps

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        state["h"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        value = self.hyperparam.value
        state: Any = self._state
        h = state["h"]
        h += grad * grad
        param._data -= value("lr") * grad / (param.xp.sqrt(h) + value("eps"))


class AdaGrad(GradientMethod):
    """AdaGrad: each element moves relative to the size of all its gradients so far.

    Args:
        lr: learning rate.
        eps: added to the denominator.

    Reference: Duchi et al. 2011.
    """

    def __init__(
        self,
        lr: float = _default_hyperparam.lr,
        eps: float = _default_hyperparam.eps,
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.eps = eps

    lr = HyperparameterProxy("lr")
    eps = HyperparameterProxy("eps")

    def create_update_rule(self) -> AdaGradRule:
        return AdaGradRule(self.hyperparam)
