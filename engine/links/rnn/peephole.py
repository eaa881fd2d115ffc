"""StatefulPeepholeLSTM: an LSTM whose gates see the state."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...functions.activation.sigmoid import sigmoid
from ...functions.activation.tanh import tanh
from ...functions.rnn.lstm import gates
from ...link import Chain
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["StatefulPeepholeLSTM"]


class StatefulPeepholeLSTM(Chain):
    """A layer of long short-term memory that keeps its state, and whose gates see it, too.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of state and output.

    Attributes:
        upward, lateral: the `Linear` layers of input and output, for a, i, f and o, interleaved.
        peep_i, peep_f, peep_o: the `Linear` layers from the state to the gates.
        c, h: state and output, variables; None after `reset_state`.

    Reference: Gers, Schmidhuber 2000.
    """

    c: Any = None
    h: Any = None

    def __init__(self, in_size: int | None, out_size: int) -> None:
        super().__init__()
        self.state_size = out_size
        self.reset_state()
        with self.init_scope():
            self.upward = Linear(in_size, 4 * out_size)
            self.lateral = Linear(out_size, 4 * out_size, nobias=True)
            self.peep_i = Linear(out_size, out_size, nobias=True)
            self.peep_f = Linear(out_size, out_size, nobias=True)
            self.peep_o = Linear(out_size, out_size, nobias=True)

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        for state in (self.c, self.h):
            if state is not None:
                visitor.visit_variable(state)

    def reset_state(self) -> None:
        """Forget: the next call begins from a state of zeros."""
        self.c = self.h = None

    def forward(self, x: Any) -> Variable:
        """One step from x (n, in_size); gives the output (n, out_size)."""
        whole: Any = self.upward(x)
        if self.h is not None:
            whole = whole + self.lateral(self.h)
        if self.c is None:
            self.c = Variable(self.xp.zeros((x.shape[0], self.state_size), whole.dtype))
        a, i, f, o = gates(whole)
        i = sigmoid(i + self.peep_i(self.c))
        f = sigmoid(f + self.peep_f(self.c))
        self.c = tanh(a) * i + f * self.c
        self.h = sigmoid(o + self.peep_o(self.c)) * tanh(self.c)
        return self.h
