"""Minimal gated units: a layer that keeps its state between calls, and one that is given it."""

from __future__ import annotations

from typing import Any

from ...device_resident import DeviceResidentsVisitor
from ...errors import WrongType
from ...functions.activation.sigmoid import sigmoid
from ...functions.activation.tanh import tanh
from ...functions.array.concat import concat
from ...functions.math.scale import linear_interpolate
from ...link import Chain
from ...variable import Variable
from ..connection.linear import Linear

__all__ = ["MGUBase", "StatefulMGU", "StatelessMGU"]


class MGUBase(Chain):
    """Weights of minimal gated units, for subclasses that define `forward`; arguments as for `StatelessMGU`."""

    def __init__(self, n_inputs: int, n_units: int) -> None:
        super().__init__()
        with self.init_scope():
            self.W_f = Linear(n_inputs + n_units, n_units)
            self.W_h = Linear(n_inputs + n_units, n_units)

    def _step(self, h: Any, x: Any) -> Variable:
        """`f = sigmoid(W_f [h, x])`; `hbar = tanh(W_h [f h, x])`; `f hbar + (1 - f) h`."""
        f = sigmoid(self.W_f(concat([h, x])))
        hbar = tanh(self.W_h(concat([f * h, x])))
        return linear_interpolate(f, hbar, h)


class StatelessMGU(MGUBase):
    """A layer of minimal gated units that is given its state at each call.

    Args:
        n_inputs: length of an input vector.
        n_units: length of the state.

    Attributes:
        W_f, W_h: the `Linear` layers of the gate and of the new state.

    Reference: Zhou et al. 2016.
    """

    def forward(self, h: Any, x: Any) -> Variable:
        """The state after x (n, n_inputs), from the state h (n, n_units)."""
        return self._step(h, x)


class StatefulMGU(MGUBase):
    """A layer of minimal gated units that keeps its state from call to call; see `StatelessMGU`.

    Attributes:
        h: the state, a variable; None after `reset_state`.
    """

    h: Any = None

    def __init__(self, in_size: int, out_size: int) -> None:
        super().__init__(in_size, out_size)
        self._state_size = out_size
        self.reset_state()

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        if self.h is not None:
            visitor.visit_variable(self.h)

    def set_state(self, h: Variable) -> None:
        """Go on from the state h, a variable (n, out_size)."""
        if not isinstance(h, Variable):
            raise WrongType(f"StatefulMGU.set_state: h must be a variable, not {type(h).__name__}")
        h.to_device(self.device)
        self.h = h

    def reset_state(self) -> None:
        """Forget: the next call begins from a state of zeros."""
        self.h = None

    def forward(self, x: Any) -> Variable:
        """One step from x (n, in_size); gives the new state (n, out_size)."""
        if self.h is None:
            self.h = Variable(self.xp.zeros((x.shape[0], self._state_size), x.dtype))
        self.h = self._step(self.h, x)
        return self.h
