"""LSTM layers for the nodes of trees: with any number of children in no order, and with a fixed number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import WrongValue
from ...functions.activation.sigmoid import sigmoid
from ...functions.activation.tanh import tanh
from ...functions.array.concat import concat
from ...functions.array.split_axis import split_axis
from ...functions.rnn.tree_lstm import tree_lstm
from ...link import Chain
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["ChildSumTreeLSTM", "NaryTreeLSTM"]


class ChildSumTreeLSTM(Chain):
    """A node with any number of children: their outputs are added up for all gates but the forget gates.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of state and output.

    Attributes:
        W_x: the `Linear` layer of the input, for a, i, o and f.
        W_h_aio: that of the sum of the children's outputs, for a, i and o.
        W_h_f: that of each child's output, for its forget gate.

    Reference: Tai, Socher, Manning 2015, section 3.1.
    """

    def __init__(self, in_size: int | None, out_size: int) -> None:
        super().__init__()
        self.in_size = in_size
        self.state_size = out_size
        with self.init_scope():
            self.W_x = Linear(in_size, 4 * out_size)
            self.W_h_aio = Linear(out_size, 3 * out_size, nobias=True)
            self.W_h_f = Linear(out_size, out_size, nobias=True)

    def forward(self, *cshsx: Any) -> tuple[Variable, Variable]:
        """State and output of a node.

        Args:
            cshsx: the states of all children, then their outputs, then the input: variables or arrays (n, size).
                None stands for zeros; a leaf has the input only.

        Returns:
            The pair of state and output, (n, out_size).

        Raises:
            ValueError: the number of arguments is even, or all are None.
        """
        cs, hs, x = _parts(cshsx)
        size = self.state_size
        zeros = _zeros_maker(cshsx, size, self.xp)
        from_x = self.W_x(zeros(self.in_size) if x is None else x)
        if not cs:
            a, i, o, _ = split_axis(from_x, 4, axis=1)
            c = sigmoid(i) * tanh(a)
            return c, sigmoid(o) * tanh(c)
        cs, hs = ([zeros() if part is None else part for part in parts] for parts in (cs, hs))
        aio, f = split_axis(from_x, [3 * size], axis=1)
        together = hs[0]
        for h in hs[1:]:
            together = together + h
        gates = [aio + self.W_h_aio(together), *(f + self.W_h_f(h) for h in hs)]
        return tree_lstm(*cs, concat(gates, axis=1))


class NaryTreeLSTM(Chain):
    """A node with a fixed number of children, each of which has weights of its own.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of state and output.
        n_ary: how many children a node has.

    Attributes:
        W_x: the `Linear` layer of the input, for a, i, o and all f.
        W_h1, W_h2 ...: those of the children's outputs, likewise.

    Raises:
        ValueError: n_ary is not positive.

    Reference: Tai, Socher, Manning 2015, section 3.2, with the forget gates of Bowman et al. 2016.
    """

    def __init__(self, in_size: int | None, out_size: int, n_ary: int = 2) -> None:
        if n_ary < 1:
            raise WrongValue(f"NaryTreeLSTM: n_ary must be at least 1, not {n_ary}")
        super().__init__()
        self.in_size = in_size
        self.state_size = out_size
        self.n_ary = n_ary
        with self.init_scope():
            self.W_x = Linear(in_size, (3 + n_ary) * out_size)
            for k in range(1, n_ary + 1):
                setattr(self, f"W_h{k}", Linear(out_size, (3 + n_ary) * out_size, nobias=True))

    def forward(self, *cshsx: Any) -> tuple[Variable, Variable]:
        """State and output of a node; arguments as for `ChildSumTreeLSTM`, with exactly `n_ary` children.

        Raises:
            ValueError: there are more or fewer children, or all arguments are None.
        """
        cs, hs, x = _parts(cshsx)
        if len(cs) != self.n_ary:
            raise WrongValue(f"NaryTreeLSTM: {len(cs)} children, but it was made for {self.n_ary}")
        zeros = _zeros_maker(cshsx, self.state_size, self.xp)
        links = [getattr(self, f"W_h{k}") for k in range(1, self.n_ary + 1)]
        gates: Any = self.W_x(zeros(self.in_size) if x is None else x)
        for link, h in zip(links, hs, strict=True):
            if h is not None:
                gates = gates + link(h)
        return tree_lstm(*(zeros() if c is None else c for c in cs), gates)


def _parts(cshsx: Sequence[Any]) -> tuple[list[Any], list[Any], Any]:
    """The states, the outputs and the input.

    Raises:
        ValueError: there isn't one state for each output and an input, or all are None.
    """
    if len(cshsx) % 2 == 0:
        raise WrongValue(
            f"a node takes the states of its children, as many outputs, and an input; not {len(cshsx)} arguments"
        )
    if all(part is None for part in cshsx):
        raise ValueError("All inputs (cs, hs, x) are None.")
    children = len(cshsx) // 2
    return list(cshsx[:children]), list(cshsx[children:-1]), cshsx[-1]


def _zeros_maker(cshsx: Sequence[Any], state_size: int, xp: Any) -> Callable[..., Variable]:
    """Makes zeros for what is None, for as many samples as the others have, and of their dtype."""
    given = next(part for part in cshsx if part is not None)

    def zeros(size: int | None = state_size) -> Variable:
        if size is None:
            raise ValueError(
                "a node's input is None, but in_size is not known yet: it is seen at the first input"
            )
        return Variable(xp.zeros((given.shape[0], size), given.dtype))

    return zeros
