"""Adam and its variants: AdamW, AMSGrad, AdaBound, AMSBound."""

from __future__ import annotations

import math
from typing import Any

import numpy

from ..hyperparameter import Hyperparameter, HyperparameterProxy
from ..optimizer import GradientMethod
from ..parameter import Parameter
from ..update_rule import UpdateRule
from ..utils.deprecation import warn_deprecated
from .blocks import blocks_of

__all__ = ["AMSBound", "AMSGrad", "AdaBound", "Adam", "AdamRule", "AdamW"]

_default_hyperparam: Any = Hyperparameter()
_default_hyperparam.alpha = 0.001
_default_hyperparam.beta1 = 0.9
_default_hyperparam.beta2 = 0.999
_default_hyperparam.eps = 1e-8
_default_hyperparam.eta = 1.0
_default_hyperparam.weight_decay_rate = 0
_default_hyperparam.amsgrad = False
_default_hyperparam.adabound = False
_default_hyperparam.final_lr = 0.1
_default_hyperparam.gamma = 1e-3


def _learning_rate(hyperparam: Any, t: int) -> float:
    """`alpha`, corrected for the means having begun at zero."""
    if t == 0:
        raise RuntimeError(
            "Can't determine the learning rate of Adam optimizer because the update steps have not been started."
        )
    return (
        hyperparam.alpha
        * math.sqrt(1.0 - math.pow(hyperparam.beta2, t))
        / (1.0 - math.pow(hyperparam.beta1, t))
    )


class AdamRule(UpdateRule):
    """`m` and `v` follow the gradient and its square; `W -= eta * (lr * m / (sqrt(v) + eps) + decay * W)`.

    Args:
        parent_hyperparam: what to fall back on; the defaults for None.
        alpha, beta1, beta2, eps, eta, weight_decay_rate, amsgrad, adabound, final_lr, gamma: of this parameter
            alone; see `Adam`.
    """

    is_elementwise = True
    initial_alpha: float
    """`alpha` when the rule was made: a script that lowers alpha later lowers the bounds of AdaBound with it."""

    def __init__(
        self,
        parent_hyperparam: Hyperparameter | None = None,
        alpha: float | None = None,
        beta1: float | None = None,
        beta2: float | None = None,
        eps: float | None = None,
        eta: float | None = None,
        weight_decay_rate: float | None = None,
        amsgrad: bool | None = None,
        adabound: bool | None = None,
        final_lr: float | None = None,
        gamma: float | None = None,
    ) -> None:
        own = {name: value for name, value in locals().items() if name in _NAMES and value is not None}
        super().__init__(_default_hyperparam if parent_hyperparam is None else parent_hyperparam)
        for name, value in own.items():
            setattr(self.hyperparam, name, value)
        self.initial_alpha = self.hyperparam.alpha

    def init_state(self, param: Parameter) -> None:
        state: Any = self._state
        for name in ("m", "v", "vhat") if self.hyperparam.amsgrad else ("m", "v"):
            state[name] = param.xp.zeros_like(param._data)

    @property
    def alpha_t(self) -> float:
        """The learning rate of the latest update, corrected for the means having begun at zero.

        Raises:
            RuntimeError: there was no update yet.
        """
        return _learning_rate(self.hyperparam, self.t)

    @property
    def lr(self) -> float:
        """An older name for `alpha_t`, which warns."""
        warn_deprecated("Adam.lr", "use alpha_t")
        return self.alpha_t

    def effective_learning_rate(self) -> float:
        return self.alpha_t

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which values AdaBound keeps the step of each element; both approach `final_lr`.

        Raises:
            RuntimeError: there was no update yet.
        """
        if self.t == 0:
            raise RuntimeError(
                "Can't determine the bounds of AdaBound optimizer because the update steps have not been started."
            )
        hyperparam = self.hyperparam
        final_lr = hyperparam.final_lr * hyperparam.alpha / self.initial_alpha
        lower = final_lr * (1.0 - 1.0 / (hyperparam.gamma * self.t + 1))
        upper = final_lr * (1.0 + 1.0 / (hyperparam.gamma * self.t))
        return lower, upper

    def update_core(self, param: Parameter) -> None:
        grad = param._grad
        if grad is None:
            return
        xp = param.xp
        value = self.hyperparam.value
        if grad.dtype == numpy.float16:  # the squares of small float16 gradients would be zero
            grad = grad.astype(numpy.float32)
        eps = value("eps")
        if eps != 0 and grad.dtype.type(eps) == 0:
            raise ValueError(f"eps of Adam optimizer is too small for {grad.dtype.name} ({eps})")
        state: Any = self._state
        names = ("m", "v", "vhat") if value("amsgrad") else ("m", "v")
        for block in blocks_of(param._data, grad, *[state[name] for name in names]):
            self._update_block(xp, *block)

    def _update_block(self, xp: Any, W: Any, gW: Any, m: Any, v: Any, vhat: Any = None) -> None:
        """The update of a part of the parameter; what it writes into stays where it is."""
        value = self.hyperparam.value
        step = gW - m
        step *= 1 - value("beta1")
        m += step
        step = gW * gW
        step -= v
        step *= 1 - value("beta2")
        v += step
        if vhat is None:
            vhat = v
        else:
            xp.maximum(vhat, v, out=vhat)
        step = xp.sqrt(vhat.astype(gW.dtype, copy=False))
        step += value("eps")
        step = self.alpha_t / step
        if value("adabound"):
            step = xp.clip(step, *self.bounds)
        step = step * m
        step *= value("eta")
        if value("weight_decay_rate"):
            W *= 1 - value("weight_decay_rate") * value("eta")
        W -= step


_NAMES = tuple(_default_hyperparam.get_dict())


class Adam(GradientMethod):
    """Adam: each element moves by the mean of its gradients, relative to their size.

    Args:
        alpha: step size.
        beta1: how slowly the mean of the gradients forgets, from 0 to 1.
        beta2: how slowly the mean of their squares forgets, from 0 to 1.
        eps: added to the denominator.
        eta: a factor on the whole step, for schedules.
        weight_decay_rate: how much of a weight is taken off in each step, apart from the gradient (AdamW).
        amsgrad: whether the mean of squares that divides never falls (AMSGrad).
        adabound: whether step sizes are bounded, more and more closely around `final_lr` (AdaBound).
        final_lr: what AdaBound's step sizes approach.
        gamma: how fast they do.

    References: Kingma and Ba 2015; Reddi et al. 2018; Loshchilov and Hutter 2019; Luo et al. 2019.
    """

    def __init__(
        self,
        alpha: float = _default_hyperparam.alpha,
        beta1: float = _default_hyperparam.beta1,
        beta2: float = _default_hyperparam.beta2,
        eps: float = _default_hyperparam.eps,
        eta: float = _default_hyperparam.eta,
        weight_decay_rate: float = _default_hyperparam.weight_decay_rate,
        amsgrad: bool = _default_hyperparam.amsgrad,
        adabound: bool = _default_hyperparam.adabound,
        final_lr: float = _default_hyperparam.final_lr,
        gamma: float = _default_hyperparam.gamma,
    ) -> None:
        values = {name: value for name, value in locals().items() if name in _NAMES}
        super().__init__()
        for name, value in values.items():
            setattr(self.hyperparam, name, value)

    alpha = HyperparameterProxy("alpha")
    beta1 = HyperparameterProxy("beta1")
    beta2 = HyperparameterProxy("beta2")
    eps = HyperparameterProxy("eps")
    eta = HyperparameterProxy("eta")
    weight_decay_rate = HyperparameterProxy("weight_decay_rate")
    amsgrad = HyperparameterProxy("amsgrad")
    adabound = HyperparameterProxy("adabound")
    final_lr = HyperparameterProxy("final_lr")
    gamma = HyperparameterProxy("gamma")

    @property
    def alpha_t(self) -> float:
        """The learning rate of the latest update, corrected for the means having begun at zero.

        Raises:
            RuntimeError: there was no update yet.
        """
        return _learning_rate(self.hyperparam, self.t)

    @property
    def lr(self) -> float:
        """An older name for `alpha_t`, which warns."""
        warn_deprecated("Adam.lr", "use alpha_t")
        return self.alpha_t

    def create_update_rule(self) -> AdamRule:
        return AdamRule(self.hyperparam)


class AdamW(Adam):
    """Adam with weight decay apart from the gradient."""

    def __init__(
        self,
        alpha: float = _default_hyperparam.alpha,
        beta1: float = _default_hyperparam.beta1,
        beta2: float = _default_hyperparam.beta2,
        eps: float = _default_hyperparam.eps,
        eta: float = _default_hyperparam.eta,
        weight_decay_rate: float = _default_hyperparam.weight_decay_rate,
    ) -> None:
        super().__init__(alpha, beta1, beta2, eps, eta, weight_decay_rate)


class AMSGrad(Adam):
    """Adam whose mean of squares never falls."""

    def __init__(
        self,
        alpha: float = _default_hyperparam.alpha,
        beta1: float = _default_hyperparam.beta1,
        beta2: float = _default_hyperparam.beta2,
        eps: float = _default_hyperparam.eps,
        eta: float = _default_hyperparam.eta,
    ) -> None:
        super().__init__(alpha, beta1, beta2, eps, eta, amsgrad=True)


class AdaBound(Adam):
    """Adam with bounded step sizes."""

    _amsgrad = False

    def __init__(
        self,
        alpha: float = _default_hyperparam.alpha,
        beta1: float = _default_hyperparam.beta1,
        beta2: float = _default_hyperparam.beta2,
        final_lr: float = _default_hyperparam.final_lr,
        gamma: float = _default_hyperparam.gamma,
        eps: float = _default_hyperparam.eps,
        eta: float = _default_hyperparam.eta,
    ) -> None:
        super().__init__(
            alpha,
            beta1,
            beta2,
            eps,
            eta,
            amsgrad=self._amsgrad,
            adabound=True,
            final_lr=final_lr,
            gamma=gamma,
        )


class AMSBound(AdaBound):
    """AMSGrad with bounded step sizes."""

    _amsgrad = True
