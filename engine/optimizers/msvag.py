"""M-SVAG: momentum, damped by how noisy each gradient is."""

from __future__ import annotations

from typing import Any

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule

__all__ = ["MSVAG", "MSVAGRule"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.lr = 0.1
_default_hyperparam.beta = 0.9
_default_hyperparam.eta = 1.0
_default_hyperparam.weight_decay_rate = 0


class MSVAGRule(UpdateRule):
    """`W -= eta (lr f m + decay W)`, where `m` follows gW, `f = m^2 / (m^2 + rho s)` and `s` is the variance of gW.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        lr, beta, eta, weight_decay_rate: of this parameter alone.
    """

    is_elementwise = True

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        lr: float | None = None,
        beta: float | None = None,
        eta: float | None = None,
        weight_decay_rate: float | None = None,
    ) -> None:
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        if lr is not None:
            self.hyperparam.lr = lr
        if beta is not None:
            self.hyperparam.beta = beta
        if eta is not None:
            self.hyperparam.eta = eta
        if weight_decay_rate is not None:
            self.hyperparam.weight_decay_rate = weight_decay_rate
        self.beta_power = self.hyperparam.beta

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        state["m"] = param.xp.zeros_like(param._data)
        state["v"] = param.xp.zeros_like(param._data)

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        xp = param.xp
        value = self.hyperparam.value
        beta, eta = value("beta"), value("eta")
        state: Any = self._state
        m, v = state["m"], state["v"]
        rho = (1.0 - beta) * (1.0 + self.beta_power) / ((1.0 + beta) * (1.0 - self.beta_power))
        m *= beta
        m += (1 - beta) * grad
        v *= beta
        v += (1 - beta) * grad * grad
        rho = min(rho, 0.9999)  # it is 1 at first, when one gradient says nothing about the variance
        mean, mean_square = m / (1 - self.beta_power), v / (1 - self.beta_power)
        square = mean * mean
        noise = xp.maximum(mean_square - square, 0) / (1.0 - rho)
        size = square + rho * noise
        share = xp.where(size > 0, square, 1) / xp.where(size > 0, size, 1)
        decay = value("weight_decay_rate")
        param._data -= eta * (value("lr") * share * mean + decay * param._data)
        self.beta_power *= beta


class MSVAG(GradientMethod):
    """M-SVAG: momentum whose step is smaller where the gradient is noisy.

    Args:
        lr: learning rate.
        beta: how slowly the means forget, from 0 to 1.
        eta: a factor on the whole step, for schedules.
        weight_decay_rate: how much of a weight is taken off in each step.

    Reference: Balles and Hennig 2018.
    """

    def __init__(
        self,
        lr: float = _default_hyperparam.lr,
        beta: float = _default_hyperparam.beta,
        eta: float = _default_hyperparam.eta,
        weight_decay_rate: float = _default_hyperparam.weight_decay_rate,
    ) -> None:
        super().__init__()
        self.hyperparam.lr = lr
        self.hyperparam.beta = beta
        self.hyperparam.eta = eta
        self.hyperparam.weight_decay_rate = weight_decay_rate

    lr = HyperparameterProxy("lr")
    beta = HyperparameterProxy("beta")
    eta = HyperparameterProxy("eta")
    weight_decay_rate = HyperparameterProxy("weight_decay_rate")

    def create_update_rule(self) -> MSVAGRule:
        return MSVAGRule(self.hyperparam)
