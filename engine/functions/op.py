"""Op: the base of the engine's own ops, whose backward rule works on arrays and on variables alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..function_node import FunctionNode, walking
from ..variable import Variable

__all__ = ["Example", "Op", "every_op"]


@dataclass
class Example:
    """One use of an op, for the tester.

    Attributes:
        call: a function of variables that applies the op.
        x: its differentiable inputs, arrays; the tester tries them in every float dtype.
        name: what makes it different from the op's other examples.
        twice: whether second derivatives exist here.
    """

    call: Callable[..., Any]
    x: tuple[Any, ...]
    name: str = ""
    twice: bool = True


class Op(FunctionNode):
    """A function node with one backward rule for both worlds.

    A subclass lists in `retained_x` and `retained_y` which inputs and outputs its rule needs, and defines `forward`
    and `vjp`. The rule uses operators, and the functions of `either` for all else.
    """

    op_name = ""
    differentiable = True
    """Whether there is a gradient at all; an accuracy has none."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.__name__.startswith("_"):
            _ops.append(cls)

    def vjp(
        self, xs: tuple[Any, ...], ys: tuple[Any, ...], gys: tuple[Any, ...], wanted: tuple[int, ...]
    ) -> tuple[Any, ...]:
        """The vector-Jacobian product.

        Args:
            xs: the retained inputs, in the order of `retained_x`; arrays, or variables in a walk that is itself
                recorded.
            ys: the retained outputs, in the order of `retained_y`, likewise.
            gys: one gradient an output, likewise; None where none arrived.
            wanted: indexes of the inputs whose gradient is needed; others may be left None.

        Returns:
            One gradient an input, or None.
        """
        raise TypeError(f"{type(self).__name__} has no backward rule")

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        """Uses of the op on small inputs, for the tester; `rng` is a `numpy.random.Generator`."""
        raise TypeError("an op needs examples, by which its gradients are checked")

    def input_gradients(
        self, wanted: tuple[int, ...], gys: tuple[Any, ...], held: tuple[Any, ...] | None, as_variables: bool
    ) -> list[Any]:
        if as_variables:
            before = getattr(walking, "node", None)
            walking.node = self
            try:
                gxs = self.vjp(self.get_retained_inputs(), self.get_retained_outputs(), gys, wanted)
            finally:
                walking.node = before
        else:
            inputs = self.inputs
            gxs = self.vjp(tuple([inputs[i].data for i in self.retained_x]), self._kept_y, gys, wanted)  # type: ignore[index]
        return [gxs[i] for i in wanted]

    def backward(
        self, target_input_indexes: tuple[int, ...], grad_outputs: tuple[Variable | None, ...]
    ) -> tuple[Variable | None, ...]:
        gxs = self.vjp(
            self.get_retained_inputs(), self.get_retained_outputs(), grad_outputs, tuple(target_input_indexes)
        )
        return tuple(gxs[i] for i in target_input_indexes)


_ops: list[type[Op]] = []


def every_op() -> list[type[Op]]:
    """All ops that are defined, in the order of their definition."""
    return list(_ops)
