"""LSTM layers: one that keeps its state between calls, and one that is given it."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...errors import WrongType
from ...functions.array.concat import concat
from ...functions.array.split_axis import split_axis
from ...functions.rnn.lstm import lstm
from ...initializers import get_initializer
from ...link import Chain
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["LSTM", "LSTMBase", "StatelessLSTM"]


class LSTMBase(Chain):
    """Weights and biases of an LSTM, for subclasses that define `forward`; arguments as for `LSTM`.

    Attributes:
        upward, lateral: the `Linear` layers of input and state.
        state_size: length of state and output.
    """

    def __init__(
        self,
        in_size: int | None,
        out_size: int | None = None,
        lateral_init: Any = None,
        upward_init: Any = None,
        bias_init: Any = None,
        forget_bias_init: Any = None,
    ) -> None:
        super().__init__()
        if out_size is None:
            in_size, out_size = None, in_size
        self.state_size: Any = out_size
        self.lateral_init = lateral_init
        self.upward_init = upward_init
        self.bias_init = 0 if bias_init is None else bias_init
        self.forget_bias_init = 1 if forget_bias_init is None else forget_bias_init
        size: Any = self.state_size
        with self.init_scope():
            self.upward = Linear(in_size, 4 * size, initialW=0)
            self.lateral = Linear(size, 4 * size, nobias=True, initialW=0)
        if in_size is not None:
            self._initialize_params()

    def _initialize_params(self) -> None:
        """Fill the weights gate by gate, so that the scale of each is that of a layer of its own."""
        size = self.state_size
        lateral, upward = get_initializer(self.lateral_init), get_initializer(self.upward_init)
        for first in range(0, 4 * size, size):
            lateral(self.lateral.W.array[first : first + size])
            upward(self.upward.W.array[first : first + size])
        bias: Any = self.upward.b
        gates = bias.array.reshape(size, 4)
        for gate, filling in enumerate(
            (self.bias_init, self.bias_init, self.forget_bias_init, self.bias_init)
        ):
            get_initializer(filling)(gates[:, gate])


class LSTM(LSTMBase):
    """A layer of long short-term memory that keeps its state from call to call.

    Args:
        in_size: length of an input vector; None: seen at the first call. `LSTM(n)` is `LSTM(None, n)`.
        out_size: length of state and output.
        lateral_init, upward_init: fill the weights of state and input, gate by gate.
        bias_init: fills the biases (default 0) of all gates but the forget gate.
        forget_bias_init: fills that of the forget gate (default 1).

    Attributes:
        upward, lateral: the `Linear` layers of input and state.
        c, h: state and output, variables; None after `reset_state`.
    """

    c: Any = None
    h: Any = None

    def __init__(
        self,
        in_size: int | None,
        out_size: int | None = None,
        lateral_init: Any = None,
        upward_init: Any = None,
        bias_init: Any = None,
        forget_bias_init: Any = None,
    ) -> None:
        super().__init__(in_size, out_size, lateral_init, upward_init, bias_init, forget_bias_init)
        self.reset_state()

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        for state in (self.c, self.h):
            if state is not None:
                visitor.visit_variable(state)

    def set_state(self, c: Variable, h: Variable) -> None:
        """Go on from the state c with the output h, variables of shape (n, out_size)."""
        for name, state in (("c", c), ("h", h)):
            if not isinstance(state, Variable):
                raise WrongType(f"LSTM.set_state: {name} must be a variable, not {type(state).__name__}")
            state.to_device(self.device)
        self.c, self.h = c, h

    def reset_state(self) -> None:
        """Forget: the next call begins from a state of zeros."""
        self.c = self.h = None

    def forward(self, x: Any) -> Variable:
        """One step.

        Args:
            x: variable or array (n, in_size); n may become smaller from call to call, when sequences end. Their
                state stays as it is.

        Returns:
            The output, (n, out_size).

        Raises:
            TypeError: the batch became larger.
        """
        if self.upward.W._data is None:
            self.upward._initialize_params(_length_of(x))
            self._initialize_params()
        batch = x.shape[0]
        gates = self.upward(x)
        rest = None
        if self.h is not None:
            known = self.h.shape[0]
            if known < batch:
                raise TypeError(
                    f"The batch size of x must be equal to or less than the size of the previous state h: "
                    f"x has {batch} rows, h has {known}; call reset_state() before a new batch"
                )
            now = self.h
            if batch < known:
                now, rest = split_axis(self.h, [batch], axis=0)
            if batch:
                gates = gates + self.lateral(now)
        c = Variable(self.xp.zeros((batch, self.state_size), gates.dtype)) if self.c is None else self.c
        self.c, y = lstm(c, gates)
        self.h = y if rest is None else concat([y, rest], axis=0)
        return y


class StatelessLSTM(LSTMBase):
    """A layer of long short-term memory that is given its state at each call; arguments as for `LSTM`."""

    def forward(self, c: Any, h: Any, x: Any) -> tuple[Variable, Variable]:
        """One step.

        Args:
            c, h: state and output of the step before, (n, out_size), or None: zeros.
            x: (n, in_size).

        Returns:
            The pair of new state and output.
        """
        if self.upward.W._data is None:
            self.upward._initialize_params(_length_of(x))
            self._initialize_params()
        gates = self.upward(x)
        if h is not None:
            gates = gates + self.lateral(h)
        if c is None:
            c = Variable(self.xp.zeros((x.shape[0], self.state_size), gates.dtype))
        return lstm(c, gates)


def _length_of(x: Any) -> int:
    length = 1
    for axis in x.shape[1:]:
        length *= axis
    return length
