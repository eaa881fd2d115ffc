"""Recurrent layers over whole sequences: the loop over layers, directions and time steps, and the plain cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import MisfitInput
from ...utils.arguments import CUDNN_REMOVED, TRAIN_REMOVED, parse_kwargs
from ...utils.type_check import require
from ...variable import as_variable
from ..activation.relu import relu
from ..activation.tanh import tanh
from ..array.concat import concat
from ..array.split_axis import split_axis
from ..array.stack import stack
from ..connection.linear import linear
from ..noise.dropout import dropout

__all__ = [
    "n_step_birnn",
    "n_step_rnn",
    "n_step_rnn_base",
    "n_step_rnn_impl",
    "refuse_removed",
    "run_layers",
    "with_rest",
]

Cell = Callable[[Any, Any, Any], tuple[Any, Any]]
"""From the input's share (n, k), h (n, units) and c (m, units), m >= n, or None: new h and c."""


def refuse_removed(kwargs: dict[str, Any]) -> None:
    """Raise for any keyword argument beside the documented ones.

    Raises:
        ValueError: it was one in older versions of Chainer.
        TypeError: it never was one.
    """
    parse_kwargs(kwargs, train=TRAIN_REMOVED, use_cudnn=CUDNN_REMOVED)


def run_layers(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    cx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    bidirectional: bool,
    cell_of: Callable[[Any, Any], tuple[Any, Any, Cell]],
) -> tuple[Any, Any, tuple[Any, ...]]:
    """All layers over all steps.

    Args:
        n_layers: how many layers.
        dropout_ratio: of what goes from one layer to the next.
        hx, cx: (layers * directions, n, units): first states; cx None for cells without one.
        ws, bs: for each layer and direction the list of its weights and biases.
        xs: for each step (n_t, in), n_t not rising.
        bidirectional: whether each layer has a second direction, from the last step to the first.
        cell_of: from a layer's weights and biases: weight and bias for the input of all steps, and the cell; weight
            None hands each step's input itself to the cell.

    Returns:
        Last states like hx and cx (None without one), and for each step (n_t, units * directions).

    Raises:
        ValueError: there is no step, or the numbers of weights and layers differ.
    """
    if not xs:
        raise ValueError("n_step: xs is empty; it must hold one batch for each step")
    hx = as_variable(hx)
    require(len(hx.shape) > 0, "hx.ndim == 3", f"hx.ndim is {len(hx.shape)}")
    directions = 2 if bidirectional else 1
    if not len(ws) == len(bs) == hx.shape[0] == n_layers * directions:
        raise ValueError(
            f"n_step: {n_layers} layers in {directions} directions need as many ws, bs and rows of hx, but there are "
            f"{len(ws)}, {len(bs)} and {hx.shape[0]}"
        )
    xs = [as_variable(x) for x in xs]
    sizes = [x.shape[0] for x in xs]
    cx = None if cx is None else as_variable(cx)
    size, wanted = xs[0].shape[1:], as_variable(ws[0][0]).shape[1:]
    if size != wanted:
        raise MisfitInput("xs[0].shape[1:] == ws[0][0].shape[1:]", f"{size} != {wanted}")
    last_h, last_c = [], []
    for layer in range(n_layers):
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            W, b, cell = cell_of(ws[place], bs[place])
            inputs = xs if layer == 0 else [dropout(x, dropout_ratio) for x in xs]
            shares = inputs if W is None else _for_all_steps(inputs, sizes, W, b)
            h, c = hx[place], None if cx is None else cx[place]
            steps = range(len(xs)) if direction == 0 else range(len(xs) - 1, -1, -1)
            made = {}
            for step in steps:
                now, rest = (h, None) if sizes[step] == h.shape[0] else split_axis(h, [sizes[step]], 0)
                made[step], c = cell(shares[step], now, c)
                h = with_rest(made[step], rest)
            outputs.append([made[step] for step in range(len(xs))])
            last_h.append(h)
            last_c.append(c)
        xs = outputs[0] if directions == 1 else [concat(pair, axis=1) for pair in zip(*outputs, strict=True)]
    return stack(last_h), None if cx is None else stack(last_c), tuple(xs)


def _for_all_steps(xs: list[Any], sizes: list[int], W: Any, b: Any) -> Any:
    """`x W^T + b` for every step: one large product instead of many small ones."""
    if len(xs) == 1:
        return [linear(xs[0], W, b)]
    ends: list[int] = []
    for size in sizes[:-1]:
        ends.append(size + (ends[-1] if ends else 0))
    return split_axis(linear(concat(xs, axis=0), W, b), ends, 0)


def with_rest(h: Any, rest: Any) -> Any:
    """States that were computed, followed by those of the sequences that take no part in this step."""
    return h if rest is None else concat([h, rest], axis=0)


def _plain_cell(activation: str) -> Callable[[Any, Any], tuple[Any, Any, Cell]]:
    if activation not in ("tanh", "relu"):
        raise ValueError(f'n_step_rnn: activation must be "tanh" or "relu", not {activation!r}')
    function = tanh if activation == "tanh" else relu

    def cell_of(w: Any, b: Any) -> tuple[Any, Any, Cell]:
        def cell(share: Any, h: Any, c: Any) -> tuple[Any, Any]:
            return function(share + linear(h, w[1], b[1])), c

        return w[0], b[0], cell

    return cell_of


def n_step_rnn(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    activation: str = "tanh",
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """Layers of plain recurrent units: `h = activation(w0 x + b0 + w1 h + b1)`.

    Args:
        n_layers: how many layers.
        dropout_ratio: of what goes from one layer to the next.
        hx: (n_layers, n, units): first states.
        ws, bs: for each layer two weights and two biases.
        xs: for each step a batch (n_t, in); n_t doesn't rise, so that longer sequences come first.
        activation: `tanh` or `relu`.

    Returns:
        Pair of the last states, like hx, and for each step the output (n_t, units).
    """
    return n_step_rnn_base(n_layers, dropout_ratio, hx, ws, bs, xs, activation, False, **kwargs)


def n_step_birnn(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    activation: str = "tanh",
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """`n_step_rnn` in both directions: hx, ws, bs have two entries a layer, outputs are (n_t, 2 units)."""
    return n_step_rnn_base(n_layers, dropout_ratio, hx, ws, bs, xs, activation, True, **kwargs)


def n_step_rnn_base(
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    activation: str,
    use_bi_direction: bool,
    **kwargs: Any,
) -> tuple[Any, tuple[Any, ...]]:
    """`n_step_rnn`, or `n_step_birnn` with `use_bi_direction`."""
    refuse_removed(kwargs)
    cell_of = _plain_cell(activation)
    h, _, ys = run_layers(n_layers, dropout_ratio, hx, None, ws, bs, xs, use_bi_direction, cell_of)
    return h, ys


def n_step_rnn_impl(
    f: Callable[..., tuple[Any, Any]],
    n_layers: int,
    dropout_ratio: float,
    hx: Any,
    cx: Any,
    ws: Sequence[Any],
    bs: Sequence[Any],
    xs: Sequence[Any],
    use_bi_direction: bool,
) -> tuple[Any, Any, tuple[Any, ...]]:
    """Layers of a cell of one's own; arguments and results as for `n_step_lstm` where not said here.

    Args:
        f: the cell: from input x (n_t, in), states h and c (n_t, units; c None without cx), and the layer's lists of
            weights and biases, the new h and c.
        cx: None for a cell without c.
        use_bi_direction: whether each layer has a second direction, from the last step to the first.
    """

    def cell_of(w: Any, b: Any) -> tuple[Any, Any, Cell]:
        def cell(x: Any, h: Any, c: Any) -> tuple[Any, Any]:
            if c is None:
                return f(x, h, None, w, b)[0], None
            now, rest = (c, None) if len(h) == len(c) else split_axis(c, [len(h)], 0)
            h, c = f(x, h, now, w, b)
            return h, with_rest(c, rest)

        return None, None, cell

    return run_layers(n_layers, dropout_ratio, hx, cx, ws, bs, xs, use_bi_direction, cell_of)
