"""lstm: one step of a long short-term memory cell."""

from __future__ import annotations

from typing import Any

from ... import backend
from ...utils.type_check import require, require_equal, require_float
from ...variable import Variable
from .. import either
from ..activation.sigmoid import sigmoid
from ..activation.tanh import tanh
from ..op import Example, Op

__all__ = ["lstm"]


class LSTM(Op):
    """c = i tanh(a) + f c_prev and h = o tanh(c), with gates sigmoid(i), sigmoid(f), sigmoid(o).

    The four parts of x are interleaved: a, i, f, o of the first unit, then of the second. A shorter batch than
    c_prev's leaves the rest of c_prev as it is (sequences that ended). Hochreiter and Schmidhuber 1997, with the
    forget gate of Gers et al. 2000.
    """

    op_name = "lstm"
    x_roles = ("c_prev", "x")
    y_roles = ("c", "h")
    formula = (
        "a, i, f, o = x;  c = sigmoid(i) tanh(a) + sigmoid(f) c_prev;  h = sigmoid(o) tanh(c);  "
        "d = gc + gh sigmoid(o) (1 - tanh(c)^2);  gc_prev = d sigmoid(f);  "
        "gx = [d sigmoid(i) (1 - tanh(a)^2), d tanh(a) i', d c_prev f', gh tanh(c) o'] with s' = s (1 - s)"
    )
    retained_x = (0, 1)
    retained_y = (0,)

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        c_prev, x = inputs
        require_float("x", x)
        require_equal("c_prev.dtype", c_prev.dtype, "x.dtype", x.dtype)
        require(
            x.ndim >= 2 and c_prev.ndim == x.ndim, "x.ndim == c_prev.ndim >= 2", f"{x.ndim}, {c_prev.ndim}"
        )
        require_equal("x.shape[1]", x.shape[1], "4 * c_prev.shape[1]", 4 * c_prev.shape[1])
        require(
            x.shape[0] <= c_prev.shape[0], "x.shape[0] <= c_prev.shape[0]", f"{x.shape[0]}, {c_prev.shape[0]}"
        )
        xp = backend.get_array_module(x)
        batch = len(x)
        # The gates part by part, so that all that follows runs along memory; sigmoid(x) = tanh(x / 2) / 2 + 1 / 2.
        parts = xp.empty((4, batch, x.shape[1] // 4, *x.shape[2:]), x.dtype)
        whole = x.reshape(batch, x.shape[1] // 4, 4, *x.shape[2:])
        for k in range(4):
            parts[k] = whole[:, :, k]
        sigmoids = parts[1:]
        sigmoids *= 0.5
        xp.tanh(parts, out=parts)
        sigmoids *= 0.5
        sigmoids += 0.5
        self.a, self.i, self.f, self.o = parts
        c = self.f * c_prev[:batch]
        c += self.a * self.i
        self.tanh_c = xp.tanh(c)
        h = self.o * self.tanh_c
        if batch < len(c_prev):
            c = xp.concatenate([c, c_prev[batch:]])
        return c, h

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        c_prev, x = xs
        gc, gh = gys
        batch = x.shape[0]
        if isinstance(x, Variable):
            a, i, f, o = gates(x)
            a, i, f, o = tanh(a), sigmoid(i), sigmoid(f), sigmoid(o)
            tanh_c = tanh(ys[0][:batch])
        else:
            a, i, f, o, tanh_c = self.a, self.i, self.f, self.o, self.tanh_c
        d = None if gh is None else gh * o * (1 - tanh_c * tanh_c)
        if gc is not None:
            d = gc[:batch] if d is None else d + gc[:batch]
        go = o * 0 if gh is None else gh * tanh_c * (o * (1 - o))
        gx = interleaved(d * i * (1 - a * a), d * a * (i * (1 - i)), d * c_prev[:batch] * (f * (1 - f)), go)
        gc_prev = d * f
        if batch < c_prev.shape[0]:
            gc_prev = _with_rest(gc_prev, gc, c_prev, batch)
        return gc_prev, gx

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        c, x = rng.normal(size=(3, 2)), rng.normal(size=(3, 8))
        return [
            Example(lambda c, x: lstm(c, x)[1], (c, x), "h"),
            Example(lambda c, x: lstm(c, x)[0], (c, x), "c"),
            Example(lambda c, x: lstm(c, x)[0], (c, x[:2]), "shorter batch"),
        ]


def gates(x: Any) -> tuple[Any, ...]:
    """The four interleaved parts of x, each (n, units, ...)."""
    parts = either.reshape(x, (x.shape[0], x.shape[1] // 4, 4, *x.shape[2:]))
    return tuple(parts[:, :, k] for k in range(4))


def interleaved(*parts: Any) -> Any:
    """The reverse of `gates`."""
    shape = parts[0].shape
    if isinstance(parts[0], Variable):
        from ..array.stack import stack

        return either.reshape(stack(parts, axis=2), (shape[0], 4 * shape[1], *shape[2:]))
    xp = backend.get_array_module(parts[0])
    whole = xp.empty((shape[0], shape[1], 4, *shape[2:]), parts[0].dtype)
    for k, part in enumerate(parts):
        whole[:, :, k] = part
    return whole.reshape(shape[0], 4 * shape[1], *shape[2:])


def _with_rest(gc_prev: Any, gc: Any, c_prev: Any, batch: int) -> Any:
    """The gradient of c_prev where the batch became shorter: what was only passed on gets gc itself."""
    if gc is None:
        array = either.array_of(c_prev)
        rest = backend.get_array_module(array).zeros((array.shape[0] - batch, *array.shape[1:]), array.dtype)
    else:
        rest = gc[batch:]
    if isinstance(gc_prev, Variable):
        from ..array.concat import concat

        return concat([gc_prev, rest], axis=0)
    return backend.get_array_module(gc_prev).concatenate([gc_prev, rest])


def lstm(c_prev: Any, x: Any) -> tuple[Any, Any]:
    """One step of LSTM.

    Args:
        c_prev: variable or array (n, units, ...): the cell's state.
        x: (m, 4 units, ...), m <= n: input, and input, forget and output gate before their sigmoids, interleaved.

    Returns:
        The pair (c, h): the new state (n, units, ...) and the output (m, units, ...).

    Raises:
        InvalidType: shapes or dtypes don't fit.
    """
    return LSTM().apply((c_prev, x))  # type: ignore[return-value]
