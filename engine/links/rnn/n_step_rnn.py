"""Recurrent layers that are called on whole sequences of different lengths."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from ...errors import WrongType
from ...functions.array.get_item import get_item
from ...functions.rnn.n_step_gru import n_step_bigru, n_step_gru
from ...functions.rnn.n_step_lstm import n_step_bilstm, n_step_lstm
from ...functions.rnn.n_step_rnn import n_step_birnn, n_step_rnn
from ...functions.rnn.sequences import by_sequence, by_step
from ...initializers import get_initializer
from ...initializers.normal import Normal
from ...link import ChainList, Link
from ...parameter import Parameter
from ...utils.arguments import CUDNN_REMOVED, TRAIN_REMOVED, parse_kwargs
from ...variable import Variable, as_variable

__all__ = [
    "NStepBiGRU",
    "NStepBiLSTM",
    "NStepBiRNNReLU",
    "NStepBiRNNTanh",
    "NStepGRU",
    "NStepGRUBase",
    "NStepLSTM",
    "NStepLSTMBase",
    "NStepRNNBase",
    "NStepRNNReLU",
    "NStepRNNTanh",
    "argsort_list_descent",
    "permutate_list",
]


def argsort_list_descent(lst: Sequence[Any]) -> numpy.ndarray:
    """The indexes of a list of sequences, the longest first; sequences of one length stay in their order."""
    return numpy.argsort([-len(x) for x in lst], kind="stable").astype(numpy.int32)


def permutate_list(lst: Sequence[Any], indices: Any, inv: bool) -> list[Any]:
    """`lst[indices[0]], lst[indices[1]] ...`; with `inv` the list of which that would give `lst`."""
    if not inv:
        return [lst[i] for i in indices]
    back: list[Any] = [None] * len(lst)
    for i, value in zip(indices, lst, strict=True):
        back[i] = value
    return back


class NStepRNNBase(ChainList):
    """Base of the layers: weights, and the order of the sequences; a subclass says which function computes.

    Args:
        n_layers: how many layers.
        in_size: length of an input vector.
        out_size: length of a state.
        dropout: share of what goes from one layer to the next that is left out in training.
        initialW: fills every weight; by default the normal distribution of deviation `1 / sqrt(inputs)`.
        initial_bias: fills every bias; by default zeros.

    Attributes:
        ws, bs: for each layer and direction the list of weights and biases.
    """

    n_weights = 2
    use_bi_direction = False
    has_cell = False

    def __init__(
        self,
        n_layers: int,
        in_size: int,
        out_size: int,
        dropout: float,
        *,
        initialW: Any = None,
        initial_bias: Any = None,
        **kwargs: Any,
    ) -> None:
        parse_kwargs(
            kwargs,
            use_cudnn=CUDNN_REMOVED,
            use_bi_direction="use_bi_direction is not supported anymore: use the link with Bi in its name",
            activation="activation is not supported anymore: use NStepRNNTanh or NStepRNNReLU",
        )
        super().__init__()
        self.n_layers = n_layers
        self.dropout = dropout
        self.out_size = out_size
        self.direction = 2 if self.use_bi_direction else 1
        self.ws: list[list[Parameter]] = []
        self.bs: list[list[Parameter]] = []
        for layer in range(n_layers):
            below = in_size if layer == 0 else out_size * self.direction
            for _ in range(self.direction):
                self._add_layer(below, initialW, initial_bias)

    def _add_layer(self, in_size: int, initialW: Any, initial_bias: Any) -> None:
        layer = Link()
        with layer.init_scope():
            for i in range(self.n_weights):
                inputs = in_size if i < self.n_weights // 2 else self.out_size
                filling = (
                    Normal(float(numpy.sqrt(1.0 / inputs))) if initialW is None else get_initializer(initialW)
                )
                setattr(layer, f"w{i}", Parameter(filling, (self.out_size, inputs)))
                setattr(
                    layer,
                    f"b{i}",
                    Parameter(get_initializer(0 if initial_bias is None else initial_bias), self.out_size),
                )
        self.add_link(layer)
        self._list_weights()

    def _list_weights(self) -> None:
        self.ws = [[getattr(layer, f"w{i}") for i in range(self.n_weights)] for layer in self.children()]
        self.bs = [[getattr(layer, f"b{i}") for i in range(self.n_weights)] for layer in self.children()]

    def copy(self, mode: str = "share") -> Any:
        """Copy the link; see `Link.copy`."""
        twin = super().copy(mode)
        twin._list_weights()
        return twin

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._list_weights()

    @property
    def n_cells(self) -> int:
        """How many states a layer has: 2 with a cell, else 1."""
        return 2 if self.has_cell else 1

    @property
    def rnn(self) -> Callable[..., Any]:
        """The function that computes all steps."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define rnn")

    def init_hx(self, xs: Sequence[Any]) -> Variable:
        """First states of zeros for the sequences xs."""
        shape = (self.n_layers * self.direction, len(xs), self.out_size)
        return Variable(self.xp.zeros(shape, xs[0].dtype))

    def forward(self, hx: Any, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """All layers over all steps.

        Args:
            hx: (layers * directions, n, out_size): first states, or None: zeros.
            cx: likewise, for links with a cell.
            xs: list of n sequences (length, in_size), in any order of lengths.

        Returns:
            The last states like hx (and like cx), and the list of outputs (length, out_size * directions).

        Raises:
            TypeError: xs is no list, or there are too many or too few arguments.
        """
        if len(args) != self.n_cells:
            raise TypeError(f"{type(self).__name__} takes {self.n_cells + 1} arguments, not {len(args) + 1}")
        *cells, xs = args
        states, outputs = self._call([hx, *cells], xs, **kwargs)
        return (*states, outputs)

    def _call(self, hs: Sequence[Any], xs: Any, **kwargs: Any) -> tuple[list[Any], list[Any]]:
        """The list of last states and that of outputs, from first states; subclasses written for Chainer call it."""
        parse_kwargs(kwargs, train=TRAIN_REMOVED)
        if not isinstance(xs, list | tuple):
            raise WrongType(f"xs must be a list or tuple of sequences, not {type(xs).__name__}")
        # Stable: sequences of one length stay in their order, on which dropout's random numbers depend.
        order = argsort_list_descent(xs)
        states: list[Any] = [
            self.init_hx(xs) if state is None else get_item(as_variable(state), (slice(None), order))
            for state in hs
        ]
        sequences = permutate_list(xs, order, inv=False)
        lengths = [len(x) for x in sequences]
        *states, ys = self.rnn(self.n_layers, self.dropout, *states, self.ws, self.bs, by_step(sequences))
        back = numpy.argsort(order).astype(numpy.int32)
        outputs = by_sequence(ys, lengths)
        return [state[:, back] for state in states], permutate_list(outputs, order, inv=True)


class NStepLSTMBase(NStepRNNBase):
    """Layers of LSTM in one or both directions, as `use_bi_direction` says; see `NStepRNNBase`."""

    n_weights = 8
    has_cell = True

    @property
    def rnn(self) -> Callable[..., Any]:
        return n_step_bilstm if self.use_bi_direction else n_step_lstm

    def forward(self, hx: Any, cx: Any, xs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """All layers over all steps; see `NStepRNNBase.forward`. Gives last hx, last cx and the outputs."""
        return super().forward(hx, cx, xs, **kwargs)


class NStepLSTM(NStepLSTMBase):
    """Layers of LSTM; see `NStepRNNBase`. Called with hx, cx and xs."""


class NStepBiLSTM(NStepLSTMBase):
    """`NStepLSTM` in both directions."""

    use_bi_direction = True


class NStepGRUBase(NStepRNNBase):
    """Layers of gated recurrent units in one or both directions, as `use_bi_direction` says; see `NStepRNNBase`."""

    n_weights = 6

    def forward(self, hx: Any, xs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """All layers over all steps; see `NStepRNNBase.forward`. Gives last hx and the outputs."""
        return super().forward(hx, xs, **kwargs)

    @property
    def rnn(self) -> Callable[..., Any]:
        return n_step_bigru if self.use_bi_direction else n_step_gru


class NStepGRU(NStepGRUBase):
    """Layers of gated recurrent units; see `NStepRNNBase`. Called with hx and xs."""


class NStepBiGRU(NStepGRUBase):
    """`NStepGRU` in both directions."""

    use_bi_direction = True


class NStepRNNTanh(NStepRNNBase):
    """Layers of plain recurrent units with tanh; see `NStepRNNBase`. Called with hx and xs."""

    activation = "tanh"

    def forward(self, hx: Any, xs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """All layers over all steps; see `NStepRNNBase.forward`. Gives last hx and the outputs."""
        return super().forward(hx, xs, **kwargs)

    @property
    def rnn(self) -> Callable[..., Any]:
        function = n_step_birnn if self.use_bi_direction else n_step_rnn
        return functools.partial(function, activation=self.activation)


class NStepBiRNNTanh(NStepRNNTanh):
    """`NStepRNNTanh` in both directions."""

    use_bi_direction = True


class NStepRNNReLU(NStepRNNTanh):
    """Layers of plain recurrent units with relu; see `NStepRNNBase`. Called with hx and xs."""

    activation = "relu"


class NStepBiRNNReLU(NStepRNNReLU):
    """`NStepRNNReLU` in both directions."""

    use_bi_direction = True
