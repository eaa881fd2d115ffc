"""One op of a recorded run as the rules see it: its tensors in float64, its settings, its names."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ..errors import DamagedLog, NotCaptured
from ..log import records as r
from ..log.schema import NOTHING, Kind
from ..rerun import ComputedOp, OpCall, OpRunner
from ..text import clean, shape_text
from ..timeline.names import Names, held_roles, roles
from ..timeline.op_call import op_call
from ..timeline.scan import first_where

__all__ = ["RecordedOp"]


class RecordedOp:
    """A forward op and, where there was one, its backward step.

    Args:
        names: of the log.
        forward: seq of the forward op.
        backward: seq of its backward step; None for none.
        runner: computes the op again.

    Attributes:
        cls, label, formula: of the op.
        x_roles, y_roles: one a input, one an output.
        settings: the recorded attributes and settings, JSON.
    """

    def __init__(self, names: Names, forward: int, backward: int | None, runner: OpRunner) -> None:
        body = names.body(forward)
        assert isinstance(body, r.ForwardBody)
        self.names, self.forward, self.backward = names, forward, backward
        self._body, self._runner = body, runner
        op = names.op(body.op)
        self.cls, self.label, self.formula = op.cls, clean(op.label), clean(op.formula)
        self.x_roles = roles(op.x_roles, len(body.x), "x")
        self.y_roles = roles(op.y_roles, len(body.y), "y")
        self.settings: dict[str, Any] = {**body.attrs, **body.settings}
        self._held = dict(zip(held_roles(body), body.held, strict=True))
        step = names.body(backward) if backward is not None else None
        self._step = step if isinstance(step, r.BackwardBody) else None

    # ---- tensors ----------------------------------------------------------------------------------------------

    def x(self, i: int) -> np.ndarray:
        """Input `i`; floating-point numbers in float64. Raises NotCaptured."""
        return self._array(self._body.x[i].tensor, self.x_roles[i])

    def y(self, k: int = 0) -> np.ndarray:
        """Output `k`, likewise."""
        return self._array(self._body.y[k].tensor, self.y_roles[k])

    def gy(self, k: int = 0) -> np.ndarray | None:
        """The gradient that arrived for output `k`; None where none did. Raises DamagedLog."""
        if self._step is not None and k >= len(self._step.gy):
            raise DamagedLog(
                f"{self.label}: {self.y_count} outputs and {len(self._step.gy)} output gradients are recorded"
            )
        tensor = self._step.gy[k] if self._step is not None else None
        return None if tensor is None else self._array(tensor, f"g{self.y_roles[k]}")

    def recorded(self, role: str) -> np.ndarray | None:
        """What has that role, as it was recorded, without a copy; None where there is nothing. Raises NotCaptured."""
        if role not in self._tensors:
            return None
        tensor = self._tensors[role]
        if tensor is None and role not in (*self.x_roles, *self.y_roles):
            return None
        if tensor is None:
            raise NotCaptured(f"{role} of {self.label} held no data")
        return self.names.reader.array(tensor)

    @cached_property
    def _tensors(self) -> dict[str, int | None]:
        """The numbers of all tensors, by their roles."""
        step = self._step
        found: dict[str, int | None] = dict(self._held)
        if step is not None:
            found |= {f"g{role}": tensor for role, tensor in zip(self.x_roles, step.gx, strict=False)}
            found |= {f"g{role}": tensor for role, tensor in zip(self.y_roles, step.gy, strict=False)}
        found |= {role: slot.tensor for role, slot in zip(self.x_roles, self._body.x, strict=True)}
        return found | {role: slot.tensor for role, slot in zip(self.y_roles, self._body.y, strict=True)}

    def held(self, role: str) -> np.ndarray | None:
        """What the setting `role` holds, such as a mask; None where it holds no array."""
        tensor = self._held.get(role)
        return None if tensor is None else self._array(tensor, role)

    def held_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the arrays that the settings hold, by their roles."""
        return {role: self._shape(tensor) for role, tensor in self._held.items()}

    def x_shape(self, i: int) -> tuple[int, ...]:
        """The shape of input `i`."""
        return self._shape(self._body.x[i].tensor)

    def y_shape(self, k: int = 0) -> tuple[int, ...]:
        """The shape of output `k`."""
        return self._shape(self._body.y[k].tensor)

    def variable_of_input(self, i: int) -> str:
        """The name of input `i`, or ""."""
        return self.names.variable_name(self._body.x[i].var)

    @property
    def x_count(self) -> int:
        return len(self._body.x)

    @property
    def y_count(self) -> int:
        return len(self._body.y)

    def _shape(self, tensor: int | None) -> tuple[int, ...]:
        layout = self.names.layout(tensor)
        return () if layout is None else tuple(layout.shape)

    def _array(self, tensor: int | None, role: str) -> np.ndarray:
        if tensor is None:
            raise NotCaptured(f"{role} of {self.label} held no data")
        array = self.names.reader.array(tensor)
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    # ---- again ------------------------------------------------------------------------------------------------

    @cached_property
    def call(self) -> OpCall:
        """What is needed to compute the op again. Raises NotCaptured."""
        return op_call(self.names, self.forward)

    @cached_property
    def again(self) -> ComputedOp:
        """The op, computed again in float64. Raises CannotRerun, NotCaptured, DamagedLog."""
        again = self._runner.run(self.call, dtype=np.float64)
        for k, y in enumerate(again.y[: self.y_count]):
            if y.shape != self.y_shape(k):  # settings of a damaged log can ask for any size
                raise DamagedLog(
                    f"{self.label} gives {shape_text(y.shape)} by its settings, and {shape_text(self.y_shape(k))} is"
                    " recorded; bpdebug verify tells more"
                )
        return again

    # ---- from the log -----------------------------------------------------------------------------------------

    @classmethod
    def at(cls, names: Names, seq: int, runner: OpRunner) -> RecordedOp | None:
        """The op whose forward or backward event `seq` is; None for events of other kinds.

        Raises:
            NotCaptured: the op ran before the recording began.
        """
        header = names.reader.index[seq]
        if header["kind"] == Kind.forward:
            node = header["node"]
            steps = None
            if node != NOTHING:
                steps = first_where(
                    names.reader.index,
                    seq + 1,
                    lambda part: (part["kind"] == Kind.backward) & (part["node"] == node),
                )
            return cls(names, seq, steps, runner)
        if header["kind"] != Kind.backward:
            return None
        forward = int(header["partner"])
        if forward >= seq or names.reader.index[forward]["kind"] != Kind.forward:
            raise NotCaptured("the forward op of this backward step is not in the log")
        return cls(names, forward, seq, runner)
