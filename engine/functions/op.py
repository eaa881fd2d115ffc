"""Op: the base of the engine's own ops, whose backward rule works on arrays and on variables alike."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

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
    and `vjp`. The rule uses operators, and the functions of `either` for all else. What the constructor is given is
    kept, in attributes of the same names (or see `kept_as`): with it, a recorded op is made and computed again.
    """

    op_name = ""
    differentiable = True
    """Whether there is a gradient at all; an accuracy has none."""
    symmetric_x: tuple[int, ...] = ()
    """The inputs that must be symmetric matrices: their gradients are symmetric, too."""
    kept_as: Mapping[str, str | None] = {}
    """The attribute that keeps a constructor's argument, where it has another name than the argument; None for an
    argument on which neither outputs nor gradients depend."""
    called: ClassVar[bool] = False
    """Whether Chainer's class of that name is a `Function`: an instance is called, and may be called again."""
    _kept: ClassVar[tuple[tuple[str, str], ...]] = ()
    _forward_anywhere: ClassVar[Callable[..., Any]]  # the nearest `forward` that works on all devices

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._kept = _arguments_of(cls)
        _ask_for_variants(cls)
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

    def settings(self) -> dict[str, Any]:
        """The constructor's arguments, as they are now: `type(op).of_settings(op.settings())` is an equal op.

        After `forward` they hold what it drew or worked out, such as the mask of a dropout, so that the equal op
        computes the same. The tester sees to it that every op keeps all its arguments.
        """
        return {name: getattr(self, attribute) for name, attribute in self._kept if hasattr(self, attribute)}

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> Op:
        """A new op that is made with these `settings`."""
        return cls(**settings)

    def __call__(self, *inputs: Any) -> Any:
        """Apply an op that is `called`; gives one variable, or a tuple if there are several outputs.

        Raises:
            RuntimeError: Chainer's class of that name is a `FunctionNode`, which is no callable.
        """
        if not self.called:
            return super().__call__(*inputs)
        ys = (self if self.inputs is None else self._unapplied()).apply(inputs)
        return ys[0] if len(ys) == 1 else ys

    def _unapplied(self) -> Op:
        """The same op without a place in a graph."""
        fresh = copy.copy(self)
        fresh.inputs = fresh.outputs = None
        fresh.rank = 0
        return fresh

    @property
    def node(self) -> Op:
        """The function node of an op that is `called`: itself."""
        return self

    @staticmethod
    def examples(rng: Any) -> list[Example]:
        """Uses of the op on small inputs, for the tester; `rng` is a `numpy.random.Generator`."""
        raise TypeError("an op needs examples, by which its gradients are checked")

    def input_gradients(
        self, wanted: tuple[int, ...], gys: tuple[Any, ...], held: tuple[Any, ...] | None, as_variables: bool
    ) -> list[Any]:
        if as_variables:
            before = walking.node
            walking.node = self
            try:
                gxs = self.vjp(self.get_retained_inputs(), self.get_retained_outputs(), gys, wanted)
            finally:
                walking.node = before
        else:
            inputs = self.inputs
            gxs = self.vjp(tuple([inputs[i].kept for i in self.retained_x]), self._kept_y, gys, wanted)  # type: ignore[index]
        return [gxs[i] for i in wanted]

    def forward_cpu(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return self._forward_anywhere(inputs)

    forward_gpu = forward_cpu

    def backward(
        self, target_input_indexes: tuple[int, ...], grad_outputs: tuple[Variable | None, ...]
    ) -> tuple[Variable | None, ...]:
        gxs = self.vjp(
            self.get_retained_inputs(), self.get_retained_outputs(), grad_outputs, tuple(target_input_indexes)
        )
        return tuple(gxs[i] for i in target_input_indexes)


def _ask_for_variants(cls: type[Op]) -> None:
    """Let a script's subclass of an op have its way: one that defines `backward`, `forward_cpu` or `forward_gpu`.

    These are how Chainer's ops are defined, so that subclasses of them override these; the engine's have `vjp` and
    `forward` in their place.
    """
    own = vars(cls)
    if "forward" in own:
        cls._forward_anywhere = own["forward"]
    elif "forward_cpu" in own or "forward_gpu" in own:
        cls.forward = FunctionNode.forward  # type: ignore[method-assign]
    if "backward" in own and "vjp" not in own and "input_gradients" not in own:
        cls.input_gradients = FunctionNode.input_gradients  # type: ignore[method-assign]


def _arguments_of(cls: type[Op]) -> tuple[tuple[str, str], ...]:
    """Each argument of the constructor, and the attribute that keeps it."""
    if cls.__init__ is object.__init__:
        return ()
    names = list(inspect.signature(cls.__init__).parameters)[1:]
    pairs = [(name, cls.kept_as.get(name, name)) for name in names]
    return tuple((name, attribute) for name, attribute in pairs if attribute is not None)


_ops: list[type[Op]] = []


def every_op() -> list[type[Op]]:
    """All ops that are defined, in the order of their definition."""
    return list(_ops)
