"""n_step_lstm, n_step_bilstm: layers of LSTM over whole sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..array.reshape import reshape
from ..array.stack import stack
from ..connection.linear import linear
from .lstm import lstm
from .n_step_rnn import Cell, refuse_removed, run_layers

__all__ = ["n_step_bilstm", "n_step_lstm", "n_step_lstm_base"]


def _interleaved(parts: Sequence[Any]) -> Any:
    """Weights or biases of the gates i, f, a, o, as rows in the order in which `lstm` wants them: a, i, f, o a unit."""
    i, f, a, o = parts
    whole = stack([a, i, f, o], axis=1)
    return reshape(whole, (-1, *whole.shape[2:]))


def _cell_of(w: Sequence[Any], b: Sequence[Any]) -> tuple[Any, Any, Cell]:
    W, bias = _interleaved(w[4:8]), _interleaved(b[4:8])

    def cell(share: Any, h: Any, c: Any) -> tuple[Any, Any]:
        c, h = lstm(c, share + linear(h, W, bias))
        return h, c

    return _interleaved(w[:4]), _interleaved(b[:4]), cell


def n_step_lstm(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    cx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    **kwargs: Any,
) -> tuple[Any, Any, tuple[Any, ...]]:
    """Layers of LSTM.

    With `i = sigmoid(w0 x + b0 + w4 h + b4)`, likewise f with 1 and 5 and o with 3 and 7, and
    `a = tanh(w2 x + b2 + w6 h + b6)`: `c = f c + i a` and `h = o tanh(c)`.

    Args:
        n_layers: how many layers.
        dropout_ratio: of what goes from one layer to the next.
        hx, cx: (n_layers, n, units): first outputs and states.
        ws, bs: for each layer eight weights and eight biases.
        xs: for each step a batch (n_t, in); n_t doesn't rise, so that longer sequences come first.

    Returns:
        Last outputs and states, like hx and cx, and for each step the output (n_t, units).
    """
    return n_step_lstm_base(n_layers, dropout_ratio, hx, cx, ws, bs, xs, False, **kwargs)


def n_step_bilstm(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    cx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    **kwargs: Any,
) -> tuple[Any, Any, tuple[Any, ...]]:
    """`n_step_lstm` in both directions: hx, cx, ws, bs have two entries a layer, outputs are (n_t, 2 units)."""
    return n_step_lstm_base(n_layers, dropout_ratio, hx, cx, ws, bs, xs, True, **kwargs)


def n_step_lstm_base(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    cx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    use_bi_direction: bool,
    **kwargs: Any,
) -> tuple[Any, Any, tuple[Any, ...]]:
    """`n_step_lstm`, or `n_step_bilstm` with `use_bi_direction`."""
    refuse_removed(kwargs)
    return run_layers(n_layers, dropout_ratio, hx, cx, ws, bs, xs, use_bi_direction, _cell_of)
