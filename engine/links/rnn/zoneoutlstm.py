"""StatefulZoneoutLSTM: an LSTM that keeps parts of its state at random while training."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...errors import WrongType
from ...functions.activation.sigmoid import sigmoid
from ...functions.activation.tanh import tanh
from ...functions.noise.zoneout import zoneout
from ...functions.rnn.lstm import gates
from ...link import Chain
from ...utils.arguments import TRAIN_REMOVED, parse_kwargs
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["StatefulZoneoutLSTM"]


class StatefulZoneoutLSTM(Chain):
    """A layer of long short-term memory that keeps its state from call to call, and parts of it as they were.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of state and output.
        c_ratio, h_ratio: the probability that an element of the state or the output stays as it was, in training.

    Attributes:
        upward, lateral: the `Linear` layers of input and output, for a, i, f and o, interleaved.
        c, h: state and output, variables; None after `reset_state`.

    Reference: Krueger et al. 2016.
    """

    c: Any = None
    h: Any = None

    def __init__(
        self, in_size: int | None, out_size: int, c_ratio: float = 0.5, h_ratio: float = 0.5, **kwargs: Any
    ) -> None:
        parse_kwargs(kwargs, train=TRAIN_REMOVED)
        super().__init__()
        self.state_size = out_size
        self.c_ratio = c_ratio
        self.h_ratio = h_ratio
        self.reset_state()
        with self.init_scope():
            self.upward = Linear(in_size, 4 * out_size)
            self.lateral = Linear(out_size, 4 * out_size, nobias=True)

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        for state in (self.c, self.h):
            if state is not None:
                visitor.visit_variable(state)

    def set_state(self, c: Variable, h: Variable) -> None:
        """Go on from the state c with the output h, variables of shape (n, out_size)."""
        for name, state in (("c", c), ("h", h)):
            if not isinstance(state, Variable):
                raise WrongType(
                    f"StatefulZoneoutLSTM.set_state: {name} must be a variable, not {type(state).__name__}"
                )
            state.to_device(self.device)
        self.c, self.h = c, h

    def reset_state(self) -> None:
        """Forget: the next call begins from a state of zeros."""
        self.c = self.h = None

    def forward(self, x: Any) -> Variable:
        """One step from x (n, in_size); gives the output (n, out_size)."""
        whole: Any = self.upward(x)
        if self.h is not None:
            whole = whole + self.lateral(self.h)
        shape = (x.shape[0], self.state_size)
        c = Variable(self.xp.zeros(shape, whole.dtype)) if self.c is None else self.c
        h = Variable(self.xp.zeros(shape, whole.dtype)) if self.h is None else self.h
        a, i, f, o = gates(whole)
        c_next = tanh(a) * sigmoid(i) + sigmoid(f) * c
        self.c = zoneout(c, c_next, self.c_ratio)
        self.h = zoneout(h, sigmoid(o) * tanh(c_next), self.h_ratio)
        return self.h
