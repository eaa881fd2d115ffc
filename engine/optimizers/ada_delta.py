"""AdaDelta: steps as large as the recent ones, without a learning rate."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["AdaDelta", "AdaDeltaRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.rho = 0.95
_default_hyperparam.eps = 1e-06


class AdaDeltaRule(UpdateRule):
    """`dx = sqrt((msdx + eps) / (msg + eps)) gW`; `W -= dx`; `msg`, `msdx` are running means of squares.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        rho, eps: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        rho: float | None = None,
        eps: float | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if rho is not None:
            self.hyperparam.rho = rho
        if eps is not None:
            self.hyperparam.eps = eps

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        state["msg"] = param.xp.zeros_like(param._data)
        state["msdx"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        value = self.hyperparam.value
        rho, eps = value("rho"), value("eps")
        state: Any = self._state
        msg, msdx = state["msg"], state["msdx"]
        msg *= rho
        msg += (1 - rho) * grad * grad
        dx = param.xp.sqrt((msdx + eps) / (msg + eps)) * grad
        msdx *= rho
        msdx += (1 - rho) * dx * dx
        param._data -= dx


class AdaDelta(GradientMethod):
    """AdaDelta: each element moves as far as its recent steps, relative to its recent gradients.

    Args:
        rho: how slowly the means of squares forget, from 0 to 1.
        eps: added to both means.

    Reference: Zeiler 2012.
    """

    def __init__(
        self,
        rho: float = _default_hyperparam.rho,
        eps: float = _default_hyperparam.eps,
    ) -> None:
        super().__init__()
        self.hyperparam.rho = rho
        self.hyperparam.eps = eps

    rho = HyperparameterProxy("rho")
    eps = HyperparameterProxy("eps")

    def create_update_rule(self) -> AdaDeltaRule:
        return AdaDeltaRule(self.hyperparam)
