"""gaussian: a sample of normal distributions; gumbel_softmax: a nearly one-hot sample."""

from __future__ import annotations

from typing import Any

from ... import backend, events
from ...utils.arguments import parse_kwargs
from ...utils.random_state import snapshot
from ...utils.type_check import require_equal, require_float
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["gaussian", "gumbel_softmax"]


class Gaussian(Op):
    """y = m + e^(v / 2) * noise: a sample of normal distributions of mean m and log variance v."""

    op_name = "gaussian"
    x_roles = ("m", "v")
    y_roles = ("y",)
    formula = "y = m + e^(v/2) eps;  gm = gy;  gv = gy e^(v/2) eps / 2"
    retained_x = (1,)

    def __init__(self, eps: Any = None) -> None:
        self.eps = eps

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        mean, ln_var = inputs
        require_float("mean", mean)
        require_float("ln_var", ln_var)
        require_equal("mean.dtype", mean.dtype, "ln_var.dtype", ln_var.dtype)
        require_equal("mean.shape", mean.shape, "ln_var.shape", ln_var.shape)
        xp = backend.get_array_module(mean, ln_var)
        if self.eps is None:
            if events.observers:
                self.random_state = snapshot(xp)
            self.eps = xp.random.normal(size=ln_var.shape).astype(mean.dtype, copy=False)
        return ((mean + xp.exp(ln_var * 0.5) * self.eps).astype(mean.dtype, copy=False),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (ln_var,), (gy,) = xs, gys
        if 1 not in wanted:
            return gy, None
        return gy, either.cast(gy * either.exp(ln_var * 0.5) * (self.eps * 0.5), ln_var.dtype)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        noise = rng.normal(size=(2, 3))

        def sample(m: Any, v: Any) -> Any:
            return gaussian(m, v, eps=m.xp.asarray(noise.astype(m.dtype)))

        return [Example(sample, (rng.normal(size=(2, 3)), rng.normal(size=(2, 3))))]


def gaussian(mean: Any, ln_var: Any, **kwargs: Any) -> Any:
    """A sample of normal distributions, through which gradients flow to mean and variance.

    Args:
        mean, ln_var: variables or arrays of one shape, float; ln_var is the logarithm of the variances.
        eps: array of standard normal noise to use instead of a random one.
        return_eps: give the noise, too.

    Returns:
        Variable, or the pair (variable, noise array).

    Raises:
        InvalidType: shapes or dtypes don't fit.

    Reference: Kingma, Welling 2013.
    """
    eps, return_eps = parse_kwargs(kwargs, ("eps", None), ("return_eps", False))
    op = Gaussian(eps)
    (y,) = op.apply((mean, ln_var))
    return (y, op.eps) if return_eps else y


def gumbel_softmax(log_pi: Any, tau: float = 0.1, axis: int = 1) -> Any:
    """A nearly one-hot sample of categorical distributions, through which gradients flow.

    Args:
        log_pi: variable or array, float: the logarithms of the probabilities, up to a constant.
        tau: > 0; the smaller, the nearer to one-hot.
        axis: the axis of the categories.

    Reference: Jang, Gu, Poole 2016.
    """
    from ..activation.softmax import softmax

    log_pi = as_variable(log_pi)
    if log_pi.dtype.kind != "f":
        require_float("log_pi", log_pi)
    if log_pi.size == 0:
        return log_pi
    noise = log_pi.xp.random.gumbel(size=log_pi.shape).astype(log_pi.dtype, copy=False)
    return softmax((log_pi + noise) * (1.0 / tau), axis=axis)
