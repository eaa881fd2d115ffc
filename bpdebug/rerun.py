"""Running one recorded op again: what the reading half asks, and a front end answers.

Not for doing it: `frontends.engine_ops` does, for the ops of our engine. The command line hands it to whoever needs
it, because nothing that reads a log knows a framework.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

__all__ = ["ComputedOp", "OpCall", "OpRunner"]

Array = np.ndarray


@dataclass(frozen=True)
class OpCall:
    """One recorded call of an op.

    Attributes:
        cls: the op's class name, as recorded.
        formula: its formula, as recorded; tells an op of ours from a script's own of the same name.
        settings: the recorded attributes, and over them the recorded settings: JSON.
        held: the arrays that the settings mention by their place.
        x: the inputs.
        train: whether the op ran in training mode.
        random_state: the state of NumPy's global generator before the op drew numbers; None if it drew none.
        forward: the forward event.
    """

    cls: str
    formula: str
    settings: dict[str, Any]
    held: Sequence[Array]
    x: Sequence[Array]
    train: bool = True
    random_state: Array | None = None
    forward: int = -1


class ComputedOp(Protocol):
    """An op that has been computed on given arrays, and can be asked for gradients any number of times."""

    y: list[Array]
    symmetric: tuple[int, ...]
    """The inputs that must be symmetric matrices."""

    def vjp(self, gy: Sequence[Array | None], wanted: Sequence[int] | None = None) -> list[Array | None]:
        """The vector-Jacobian product: one gradient an input, None where there is none.

        Args:
            gy: one array or None an output.
            wanted: the inputs that need a gradient; None for all with floating-point numbers.

        Raises:
            CannotRerun: `gy` doesn't have the shapes of the outputs.
        """

    def column(self, i: int, element: tuple[int, ...]) -> list[Array | None]:
        """How each output changes with one element of input `i`: dy/dx, one array an output."""


class OpRunner(Protocol):
    """Runs ops of one framework again."""

    def run(self, call: OpCall, dtype: Any = None, x: Sequence[Array] | None = None) -> ComputedOp:
        """Compute the op again.

        Args:
            dtype: compute in it: floating-point inputs and settings are converted; None to leave them.
            x: other inputs than the recorded ones.

        Raises:
            CannotRerun: the op isn't one of the framework's own, or doesn't take these inputs.
        """
