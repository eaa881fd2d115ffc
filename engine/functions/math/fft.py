"""fft and ifft: the discrete Fourier transform along the last axis, of a pair of real and imaginary parts."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op

__all__ = ["fft", "ifft"]


class FFT(Op):
    """c + d i = the Fourier transform of a + b i, or the inverse one."""

    op_name = "fft"
    x_roles = ("a", "b")
    y_roles = ("c", "d")
    formula = (
        "fft: c + d i = sum over k of (a + b i)_k e^(-2 pi i j k / n), ga + gb i = n ifft(gc + gd i);  "
        "ifft: c + d i = 1/n sum over k of (a + b i)_k e^(+2 pi i j k / n), ga + gb i = 1/n fft(gc + gd i)"
    )

    def __init__(self, method: str = "fft") -> None:
        self.method = method

    @property
    def inverse(self) -> bool:
        """Whether it is the way back."""
        return self.method == "ifft"

    def attributes(self) -> dict[str, Any]:
        return {"inverse": self.inverse}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        a, b = inputs
        require_float("real", a)
        require(a.ndim > 0, "real.ndim > 0", f"{a.ndim} <= 0")
        require_equal("real.dtype", a.dtype, "imag.dtype", b.dtype)
        require_equal("real.shape", a.shape, "imag.shape", b.shape)
        return _transformed(a, b, self.inverse)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        gc, gd = gys
        gc = gd * 0 if gc is None else gc
        gd = gc * 0 if gd is None else gd
        size = gc.shape[-1]
        scale = 1.0 / size if self.inverse else float(size)
        ga: Any
        gb: Any
        if isinstance(gc, Variable):
            ga, gb = FFT("fft" if self.inverse else "ifft").apply((gc, gd))
        else:
            ga, gb = _transformed(gc, gd, not self.inverse)
        return ga * scale, gb * scale

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        a, b = rng.normal(size=(2, 4)), rng.normal(size=(2, 4))
        return [
            Example(lambda a, b: fft((a, b)), (a, b), "fft"),
            Example(lambda a, b: ifft((a, b)), (a, b), "ifft"),
        ]


def _transformed(a: Any, b: Any, inverse: bool) -> tuple[Any, Any]:
    """Real and imaginary part of the transform, in the dtype of `a`."""
    xp = backend.get_array_module(a)
    z = a + b * 1j
    y = either.cast((xp.fft.ifft if inverse else xp.fft.fft)(z), z.dtype)
    return either.cast(y.real, a.dtype), either.cast(y.imag, a.dtype)


def fft(x: Any) -> tuple[Variable, Variable]:
    """The discrete Fourier transform along the last axis.

    Args:
        x: pair of real and imaginary part, variables or arrays of one shape and float dtype.

    Returns:
        The pair of the transform's real and imaginary part.

    Raises:
        InvalidType: the two differ in shape or dtype, or have no axis.
    """
    real, imag = x
    return FFT().apply((real, imag))  # type: ignore[return-value]


def ifft(x: Any) -> tuple[Variable, Variable]:
    """The inverse of `fft`."""
    real, imag = x
    return FFT("ifft").apply((real, imag))  # type: ignore[return-value]
