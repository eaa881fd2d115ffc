"""What the special functions share: SciPy's or CuPy's function on arrays, the op on variables; no functions here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...backends.special import special_function
from ...utils.type_check import require_float
from ...variable import Variable
from ..op import Example
from .elementwise import _Elementwise

__all__ = ["_Special", "special"]


class _Special(_Elementwise):
    """y = f(x) for a special function f, elementwise, in the dtype of x; a subclass says `slope`."""

    scipy_name = ""
    """What SciPy calls it, where that isn't the op's name."""
    example_range = (-2.0, 2.0)
    """Between which numbers the tester's examples are."""

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        (x,) = inputs
        require_float("x", x)
        return (special(self.scipy_name or self.op_name, x),)

    slope: Callable[..., Any]
    """dy/dx, from what is retained of x and y, arrays or variables."""

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        return (gys[0] * self.slope(*xs, *ys),)

    @classmethod
    def examples(cls, rng: Any) -> list[Example]:
        return [Example(lambda x: cls().apply((x,))[0], (rng.uniform(*cls.example_range, size=(2, 3)),))]


def special(name: str, *xs: Any) -> Any:
    """The special function of that name: on arrays SciPy's, in the dtype of the last; on a variable our op.

    Raises:
        ImportError: SciPy is not installed.
    """
    if any(isinstance(x, Variable) for x in xs):
        from ... import functions

        return getattr(functions, name)(*xs)
    y = special_function(name, *xs)(*xs)
    return y.astype(xs[-1].dtype, copy=False)
