"""SMORMS3: RMSprop whose memory adapts to how noisy the gradient is."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["SMORMS3", "SMORMS3Rule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.001
_default_hyperparam.eps = 1e-16


class SMORMS3Rule(UpdateRule):
    """`r = 1 / (mem + 1)`; `g`, `g2` follow `gW`, `gW^2` by `r`; `x = g^2 / (g2 + eps)`;
    `W -= gW min(lr, x) / (sqrt(g2) + eps)`; `mem = 1 + mem (1 - x)`.

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
        state["mem"] = param.xp.ones_like(param._data)
        state["g"] = param.xp.zeros_like(param._data)
        state["g2"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        xp = param.xp
        value = self.hyperparam.value
        eps = value("eps")
        state: Any = self._state
        mem, g, g2 = state["mem"], state["g"], state["g2"]
        r = 1 / (mem + 1)
        g = (1 - r) * g + r * grad
        g2 = (1 - r) * g2 + r * grad * grad
        x = g * g / (g2 + eps)
        param._data -= grad * xp.minimum(x, value("lr")) / (xp.sqrt(g2) + eps)
        state["mem"], state["g"], state["g2"] = 1 + mem * (1 - x), g, g2


class SMORMS3(GradientMethod):
    """SMORMS3: the squared mean over cubed mean square, RMSprop with a memory of its own for each element.

    Args:
        lr: the largest learning rate.
        eps: added to denominators.

    Reference: Funk 2015, RMSprop loses to SMORMS3.
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

    def create_update_rule(self) -> SMORMS3Rule:
        return SMORMS3Rule(self.hyperparam)
