"""slstm: one step of a long short-term memory cell that joins two others."""

from __future__ import annotations

from typing import Any

from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..op import Example, Op
from .lstm import gates, interleaved

__all__ = ["slstm"]


class SLSTM(Op):
    """c = i1 tanh(a1) + i2 tanh(a2) + f1 c_prev1 + f2 c_prev2 and h = o tanh(c), gates through sigmoids.

    The parts of x1 and x2 are interleaved as in `lstm`. Zhu, Sobhani, Guo 2015 (S-LSTM).
    """

    op_name = "slstm"
    x_roles = ("c_prev1", "c_prev2", "x1", "x2")
    y_roles = ("c", "h")
    formula = (
        "a1, i1, f1, o1 = x1;  c = sum over k of sigmoid(ik) tanh(ak) + sigmoid(fk) c_prevk;  "
        "h = sigmoid(o1 + o2) tanh(c);  p = gc + gh o (1 - tanh(c)^2);  "
        "gc_prev1 = p f1;  gc_prev2 = p f2;  gx1 = [p i1 (1 - tanh(a1)^2), p tanh(a1) i1', p c_prev1 f1', "
        "gh tanh(c) o'];  gx2 = the same of 2"
    )
    retained_x = (0, 1, 2, 3)

    @property
    def label(self) -> str:
        return "SLSTM"

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        c_prev1, c_prev2, x1, x2 = inputs
        require_float("c_prev1", c_prev1)
        require(c_prev1.ndim >= 2, "c_prev1.ndim >= 2", f"{c_prev1.ndim} < 2")
        for name, array in (("c_prev2", c_prev2), ("x1", x1), ("x2", x2)):
            require_equal(f"{name}.dtype", array.dtype, "c_prev1.dtype", c_prev1.dtype)
            require(
                array.ndim == c_prev1.ndim, f"{name}.ndim == c_prev1.ndim", f"{array.ndim} != {c_prev1.ndim}"
            )
        require_equal("c_prev1.shape", c_prev1.shape, "c_prev2.shape", c_prev2.shape)
        require_equal("x1.shape", x1.shape, "x2.shape", x2.shape)
        require_equal("c_prev1.shape[0]", c_prev1.shape[0], "x1.shape[0]", x1.shape[0])
        require_equal("x1.shape[1]", x1.shape[1], "4 * c_prev1.shape[1]", 4 * c_prev1.shape[1])
        (a1, i1, f1), (a2, i2, f2), o = _activated(x1, x2)
        c = a1 * i1 + a2 * i2 + f1 * c_prev1 + f2 * c_prev2
        return c, o * either.elementwise("tanh", c)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        c_prev1, c_prev2, x1, x2 = xs
        gc, gh = gys
        first, second, o = _activated(x1, x2)
        (a1, i1, f1), (a2, i2, f2) = first, second
        tanh_c = either.elementwise("tanh", a1 * i1 + a2 * i2 + f1 * c_prev1 + f2 * c_prev2)
        p = gc if gh is None else gh * o * (1 - tanh_c * tanh_c)
        if gc is not None and gh is not None:
            p = p + gc
        go = o * 0 if gh is None else gh * tanh_c * (o * (1 - o))
        gxs = [
            interleaved(p * i * (1 - a * a), p * a * (i * (1 - i)), p * c_prev * (f * (1 - f)), go)
            for (a, i, f), c_prev in ((first, c_prev1), (second, c_prev2))
        ]
        return p * f1, p * f2, *gxs

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        c1, c2 = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
        return [Example(slstm, (c1, c2, rng.normal(size=(3, 8)), rng.normal(size=(3, 8))))]


def _activated(x1: Any, x2: Any) -> tuple[Any, Any, Any]:
    """For x1 and x2 the triples tanh(a), sigmoid(i), sigmoid(f); and the output gate that they share."""
    triples, outputs = [], []
    for x in (x1, x2):
        a, i, f, o = gates(x)
        triples.append((either.elementwise("tanh", a), either.sigmoid(i), either.sigmoid(f)))
        outputs.append(o)
    return triples[0], triples[1], either.sigmoid(outputs[0] + outputs[1])


def slstm(c_prev1: Any, c_prev2: Any, x1: Any, x2: Any) -> tuple[Variable, Variable]:
    """One step of an LSTM that joins two cells, as in a binary tree.

    Args:
        c_prev1, c_prev2: variables or arrays (n, units, ...): the two states.
        x1, x2: (n, 4 units, ...): input, and input, forget and output gate before their sigmoids, interleaved.

    Returns:
        The pair (c, h) of the new state and the output, both (n, units, ...).

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return SLSTM().apply((c_prev1, c_prev2, x1, x2))  # type: ignore[return-value]
