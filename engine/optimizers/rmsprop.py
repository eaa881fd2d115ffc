"""RMSprop: steps relative to the size of recent gradients."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["RMSprop", "RMSpropRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.01
_default_hyperparam.alpha = 0.99
_default_hyperparam.eps = 1e-08
_default_hyperparam.eps_inside_sqrt = False


class RMSpropRule(UpdateRule):
    """`ms` follows `gW^2`; `W -= lr gW / (sqrt(ms) + eps)`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr, alpha, eps, eps_inside_sqrt: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        lr: float | None = None,
        alpha: float | None = None,
        eps: float | None = None,
        eps_inside_sqrt: bool | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr
        if alpha is not None:
            self.hyperparam.alpha = alpha
        if eps is not None:
            self.hyperparam.eps = eps
        if eps_inside_sqrt is not None:
            self.hyperparam.eps_inside_sqrt = eps_inside_sqrt

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        state["ms"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        xp = param.xp
        value = self.hyperparam.value
        alpha, eps = value("alpha"), value("eps")
        if eps != 0 and grad.dtype.type(eps) == 0:
            raise ValueError(f"eps of RMSprop optimizer is too small for {grad.dtype.name} ({eps})")
        state: Any = self._state
        ms = state["ms"]
        ms *= alpha
        ms += (1 - alpha) * grad * grad
        size = xp.sqrt(ms + eps) if value("eps_inside_sqrt") else xp.sqrt(ms) + eps
        param._data -= value("lr") * grad / size


class RMSprop(GradientMethod):
    """RMSprop: each element moves relative to the size of its recent gradients.

    Args:
        lr: learning rate.
        alpha: how slowly the mean of squares forgets, from 0 to 1.
        eps: added to the denominator.
        eps_inside_sqrt: whether it is added under the root.

    Reference: Tieleman and Hinton 2012, lecture 6.5.
    """

    def __init__(
        self,
        lr: float = _default_hyperparam.lr,
        alpha: float = _default_hyperparam.alpha,
        eps: float = _default_hyperparam.eps,
        eps_inside_sqrt: bool = _default_hyperparam.eps_inside_sqrt,
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.alpha = alpha
        self.hyperparam.eps = eps
        self.hyperparam.eps_inside_sqrt = eps_inside_sqrt

    lr = HyperparameterProxy("lr")
    alpha = HyperparameterProxy("alpha")
    eps = HyperparameterProxy("eps")
    eps_inside_sqrt = HyperparameterProxy("eps_inside_sqrt")

    def create_update_rule(self) -> RMSpropRule:
        return RMSpropRule(self.hyperparam)
