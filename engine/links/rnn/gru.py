"""Gated recurrent units: layers that keep their state between calls, and one that is given it."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...errors import WrongType
from ...functions.activation.sigmoid import sigmoid
from ...functions.activation.tanh import tanh
from ...link import Chain
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["GRU", "GRUBase", "StatefulGRU", "StatelessGRU"]


class GRUBase(Chain):
    """Weights of gated recurrent units, for subclasses that define `forward`; arguments as for `StatelessGRU`."""

    W_r: Linear
    W_z: Linear
    W: Linear
    U_r: Linear
    U_z: Linear
    U: Linear

    def __init__(
        self,
        in_size: int | None,
        out_size: int,
        init: Any = None,
        inner_init: Any = None,
        bias_init: Any = None,
    ) -> None:
        super().__init__()
        with self.init_scope():
            for gate in ("_r", "_z", ""):
                setattr(self, f"W{gate}", Linear(in_size, out_size, initialW=init, initial_bias=bias_init))
                setattr(
                    self, f"U{gate}", Linear(out_size, out_size, initialW=inner_init, initial_bias=bias_init)
                )

    def _step(self, h: Any, x: Any) -> Variable:
        """`r`, `z` gates; `hbar = tanh(W x + U (r h))`; `(1 - z) h + z hbar`; without h it is zeros."""
        z = self.W_z(x)
        hbar = self.W(x)
        if h is None:
            return sigmoid(z) * tanh(hbar)
        r = sigmoid(self.W_r(x) + self.U_r(h))
        z = sigmoid(z + self.U_z(h))
        hbar = tanh(hbar + self.U(r * h))
        return (1 - z) * h + z * hbar


class StatelessGRU(GRUBase):
    """A layer of gated recurrent units that is given its state at each call.

    Args:
        in_size: length of an input vector; None: seen at the first call.
        out_size: length of the state.
        init: fills the input's weights `W_r`, `W_z`, `W`.
        inner_init: fills the state's weights `U_r`, `U_z`, `U`.
        bias_init: fills the biases; by default zeros.

    Reference: Cho et al. 2014.
    """

    def forward(self, h: Any, x: Any) -> Variable:
        """The state after x (n, in_size), from the state h (n, out_size)."""
        return self._step(h, x)


class StatefulGRU(GRUBase):
    """A layer of gated recurrent units that keeps its state from call to call; arguments as for `StatelessGRU`.

    Attributes:
        h: the state, a variable; None after `reset_state`.
    """

    h: Any = None

    def __init__(
        self, in_size: int | None, out_size: int, init: Any = None, inner_init: Any = None, bias_init: Any = 0
    ) -> None:
        super().__init__(in_size, out_size, init, inner_init, bias_init)
        self.state_size = out_size
        self.reset_state()

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        if self.h is not None:
            visitor.visit_variable(self.h)

    def set_state(self, h: Variable) -> None:
        """Go on from the state h, a variable (n, out_size)."""
        if not isinstance(h, Variable):
            raise WrongType(f"set_state: h must be a variable, not {type(h).__name__}")
        h.to_device(self.device)
        self.h = h

    def reset_state(self) -> None:
        """Forget: the next call begins from a state of zeros."""
        self.h = None

    def forward(self, x: Any) -> Variable:
        """One step from x (n, in_size); gives the new state (n, out_size)."""
        self.h = self._step(self.h, x)
        return self.h


class GRU(StatefulGRU):
    """The older name of `StatefulGRU`.

    Raises:
        ValueError: called with a state, as a GRU without memory was.
    """

    def forward(self, *args: Any) -> Variable:
        """One step; see `StatefulGRU`."""
        if len(args) != 1:
            raise ValueError(
                f"GRU keeps its state and takes one argument, not {len(args)}; use StatelessGRU to pass the state"
            )
        return super().forward(args[0])
