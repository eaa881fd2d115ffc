"""tree_lstm: one step of a long short-term memory cell with any number of children."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..array.concat import concat
from ..op import Example, Op

__all__ = ["tree_lstm"]


class TreeLSTM(Op):
    """c = i tanh(a) + sum of f_k c_k and h = o tanh(c), with gates sigmoid(i), sigmoid(o), sigmoid(f_k).

    The parts of x follow each other: a of all units, then i, o, f_1, f_2 ...
    Tai, Socher, Manning 2015.
    """

    op_name = "tree_lstm"
    y_roles = ("c", "h")
    formula = (
        "a, i, o, f_1, ... = x;  c = sigmoid(i) tanh(a) + sum of sigmoid(f_k) c_k;  h = sigmoid(o) tanh(c);  "
        "p = gc + gh sigmoid(o) (1 - tanh(c)^2);  gc_k = p sigmoid(f_k);  "
        "gx = [p sigmoid(i) (1 - tanh(a)^2), p tanh(a) i', gh tanh(c) o', p c_k f_k'] with s' = s (1 - s)"
    )

    called = True
    children = 0

    @property
    def label(self) -> str:
        return "TreeLSTM"

    def attributes(self) -> dict[str, Any]:
        return {"children": self.children}

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        require(len(inputs) >= 2, "in_types.size >= 2", f"{len(inputs)} < 2")
        *cs, x = inputs
        self.children = len(cs)
        self.x_roles = (*(f"c{k + 1}" for k in range(len(cs))), "x")
        self.retained_x = tuple(range(len(inputs)))
        for k, c in enumerate(cs):
            require_float(f"in_types[{k}]", c)
            require_equal(f"in_types[{k}].dtype", c.dtype, "in_types[-1].dtype", x.dtype)
            require_equal(f"in_types[{k}].shape", c.shape, "in_types[0].shape", cs[0].shape)
        require(x.ndim == cs[0].ndim >= 2, "x.ndim == c.ndim >= 2", f"{x.ndim}, {cs[0].ndim}")
        require_equal(f"in_types[{len(cs)}].shape[0]", x.shape[0], "in_types[0].shape[0]", cs[0].shape[0])
        require_equal(
            f"in_types[{len(cs)}].shape[1]",
            x.shape[1],
            f"{3 + len(cs)} * in_types[0].shape[1]",
            (3 + len(cs)) * cs[0].shape[1],
        )
        a, i, o, *fs = _activated(x, len(cs))
        c = a * i
        for f, below in zip(fs, cs, strict=True):
            c = c + f * below
        return c, o * either.elementwise("tanh", c)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        *cs, x = xs
        gc, gh = gys
        a, i, o, *fs = _activated(x, self.children)
        c = a * i
        for f, below in zip(fs, cs, strict=True):
            c = c + f * below
        tanh_c = either.elementwise("tanh", c)
        p = gc if gh is None else gh * o * (1 - tanh_c * tanh_c)
        if gc is not None and gh is not None:
            p = p + gc
        go = o * 0 if gh is None else gh * tanh_c * (o * (1 - o))
        gfs = [p * below * (f * (1 - f)) for f, below in zip(fs, cs, strict=True)]
        gx = _joined(p * i * (1 - a * a), p * a * (i * (1 - i)), go, *gfs)
        return *(p * f for f in fs), gx

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        c, d = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
        return [
            Example(tree_lstm, (c, d, rng.normal(size=(3, 10))), "two children"),
            Example(tree_lstm, (c, rng.normal(size=(3, 8))), "one child"),
        ]


def _activated(x: Any, children: int) -> list[Any]:
    """tanh of the first part of x, sigmoids of the others."""
    units = x.shape[1] // (3 + children)
    a, *others = (x[:, k * units : (k + 1) * units] for k in range(3 + children))
    return [either.elementwise("tanh", a), *(either.sigmoid(gate) for gate in others)]


def _joined(*parts: Any) -> Any:
    if isinstance(parts[0], Variable):
        return concat(parts, axis=1)
    return backend.get_array_module(parts[0]).concatenate(parts, axis=1)


def tree_lstm(*inputs: Any) -> tuple[Variable, Variable]:
    """One step of LSTM at a node of a tree.

    Args:
        inputs: the states of the children, variables or arrays (n, units, ...), at least one; then
            x (n, (3 + children) units, ...): input, and input, output and forget gates before their sigmoids,
            one after the other (not interleaved, as `lstm` has them).

    Returns:
        The pair (c, h): state and output of the node, (n, units, ...).

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return TreeLSTM().apply(inputs)  # type: ignore[return-value]
