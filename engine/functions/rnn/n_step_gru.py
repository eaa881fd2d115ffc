"""n_step_gru, n_step_bigru: layers of gated recurrent units over whole sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..activation.sigmoid import sigmoid
from ..activation.tanh import tanh
from ..array.concat import concat
from ..array.split_axis import split_axis
from ..connection.linear import linear
from .n_step_rnn import Cell, refuse_removed, run_layers

__all__ = ["n_step_bigru", "n_step_gru", "n_step_gru_base"]


def _cell_of(w: Sequence[Any], b: Sequence[Any]) -> tuple[Any, Any, Cell]:
    W, bias = concat(w[3:6], axis=0), concat(b[3:6], axis=0)

    def cell(share: Any, h: Any, c: Any) -> tuple[Any, Any]:
        r_x, z_x, h_x = split_axis(share, 3, axis=1)
        r_h, z_h, h_h = split_axis(linear(h, W, bias), 3, axis=1)
        z = sigmoid(z_x + z_h)
        hbar = tanh(h_x + sigmoid(r_x + r_h) * h_h)
        return (1 - z) * hbar + z * h, c

    return concat(w[:3], axis=0), concat(b[:3], axis=0), cell


def n_step_gru(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """Layers of gated recurrent units.

    With `r = sigmoid(w0 x + b0 + w3 h + b3)`, `z = sigmoid(w1 x + b1 + w4 h + b4)` and
    `hbar = tanh(w2 x + b2 + r (w5 h + b5))`: `h = (1 - z) hbar + z h`.

    Args:
        n_layers: how many layers.
        dropout_ratio: of what goes from one layer to the next.
        hx: (n_layers, n, units): first states.
        ws, bs: for each layer six weights and six biases.
        xs: for each step a batch (n_t, in); n_t doesn't rise, so that longer sequences come first.

    Returns:
        Pair of the last states, like hx, and for each step the output (n_t, units).
    """
    return n_step_gru_base(n_layers, dropout_ratio, hx, ws, bs, xs, False, **kwargs)


def n_step_bigru(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """`n_step_gru` in both directions: hx, ws, bs have two entries a layer, outputs are (n_t, 2 units)."""
    return n_step_gru_base(n_layers, dropout_ratio, hx, ws, bs, xs, True, **kwargs)


def n_step_gru_base(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    use_bi_direction: bool,
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """`n_step_gru`, or `n_step_bigru` with `use_bi_direction`."""
    refuse_removed(kwargs)
    h, _, ys = run_layers(n_layers, dropout_ratio, hx, None, ws, bs, xs, use_bi_direction, _cell_of)
    return h, ys
