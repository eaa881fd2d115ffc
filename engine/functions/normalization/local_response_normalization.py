"""local_response_normalization: each channel divided by the strength of its neighbours."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["local_response_normalization"]


class LocalResponseNormalization(Op):
    """y = x / u^b, with u = k + a * the sum of x^2 over the channels up to n/2 away."""

    op_name = "local_response_normalization"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "u = k + a sum of x^2 nearby;  y = x / u^b;  gx = gy / u^b - 2 a b x * sum nearby of gy y / u"
    retained_x = (0,)
    retained_y = (0,)

    def __init__(self, n: int = 5, k: float = 2, alpha: float = 1e-4, beta: float = 0.75) -> None:
        self.n = n
        self.k = k
        self.alpha = alpha
        self.beta = beta

    def attributes(self) -> dict[str, Any]:
        return {"n": self.n, "k": self.k, "a": self.alpha, "b": self.beta}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        require(x.ndim >= 2, "x.ndim >= 2", f"{x.ndim} < 2")
        self.u = self.k + self.alpha * _sum_nearby(x * x, self.n // 2)
        self.power = self.u**-self.beta
        return (x * self.power,)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        (x,), (y,), (gy,) = xs, ys, gys
        half = self.n // 2
        if isinstance(x, Variable):
            u = _sum_nearby(x * x, half) * self.alpha + self.k  # type: ignore[operator]
            power = u**-self.beta
        else:
            u, power = self.u, self.power
        return (gy * power - x * _sum_nearby(gy * y / u, half) * (2 * self.alpha * self.beta),)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        def normalized(x: Any) -> Any:
            return local_response_normalization(x, 3, 1.5, 0.3)

        return [
            Example(normalized, (rng.normal(size=(2, 5, 2, 1)),)),
            Example(
                lambda x: local_response_normalization(x, 4, 1, 0.2), (rng.normal(size=(2, 5)),), "even n"
            ),
        ]


def _sum_nearby(x: Any, half: int) -> Any:
    """The sum over the channels (axis 1) up to `half` away; it is its own adjoint."""
    channels = x.shape[1]
    if isinstance(x, Variable):
        xp = x.xp
        places = xp.arange(channels)
        band = (abs(places.reshape(-1, 1) - places) <= half).astype(x.dtype)
        rows = either.reshape(x, (x.shape[0], channels, x.size // max(x.shape[0] * channels, 1)))
        return either.reshape(either.matmul(Variable(band, requires_grad=False), rows), x.shape)
    total = x.copy()
    for i in range(1, min(half + 1, channels)):
        total[:, i:] += x[:, :-i]
        total[:, :-i] += x[:, i:]
    return total


def local_response_normalization(
    x: Any, n: int = 5, k: float = 2, alpha: float = 1e-4, beta: float = 0.75
) -> Any:
    """Divide each channel by the strength of the channels beside it.

    Args:
        x: variable or array (n, c, ...), float.
        n: how many channels count, itself in the middle.
        k, alpha, beta: y = x / (k + alpha * sum of squares) ** beta.

    Raises:
        InvalidType: x has fewer than two axes or holds no floats.

    Reference: Krizhevsky, Sutskever, Hinton 2012, section 3.3.
    """
    return LocalResponseNormalization(n, k, alpha, beta).apply((x,))[0]
