"""cast: the same numbers in another dtype."""

from __future__ import annotations

from typing import Any

import numpy

from ...configuration import config
from ...variable import as_variable
from .. import either
from ..op import Example, Op

__all__ = ["cast"]


class Cast(Op):
    """y is x in another dtype."""

    op_name = "cast"
    x_roles = ("x",)
    y_roles = ("y",)
    formula = "y = x in another dtype;  gx = gy in the dtype of x"

    kept_as = {"typ": "dtype"}

    def __init__(self, typ: Any) -> None:
        self.dtype = numpy.dtype(typ)

    def attributes(self) -> dict[str, Any]:
        return {"dtype": str(self.dtype)}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (inputs[0].astype(self.dtype),)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        dtype = self.inputs[0].dtype  # type: ignore[index]
        return (either.cast(gys[0], dtype) if dtype.kind == "f" else None,)

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        return [Example(lambda x: cast(cast(x, numpy.longdouble), x.dtype), (rng.normal(size=(2, 3)),))]


def cast(x: Any, typ: Any) -> Any:
    """x in dtype `typ`, a variable of its own; without the graph x itself if it has that dtype.

    Only of floats is there a gradient.
    """
    if x.dtype == typ and not config.enable_backprop:
        return as_variable(x)
    return Cast(typ).apply((x,))[0]
