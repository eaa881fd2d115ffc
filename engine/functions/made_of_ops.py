"""Chainer's ops that are functions of the engine's ops here, as classes under Chainer's names: above all those by
which Chainer computes gradients, `SigmoidGrad` and the like.

`SigmoidGrad((x,)).apply((y, gy))` gives what it gives in Chainer, and has derivatives of every order, but it is no
node of the graph: what stands there are the ops that it is made of. Not for backward rules of the engine's own ops:
those are their `vjp`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..backprop import grad
from ..configuration import using_config
from ..variable import Variable, as_array

__all__ = ["MadeOfOps", "MadeOfOpsClass", "MadeOfOpsClasses", "as_mask", "gradients_of"]

Compute = Callable[..., Any]
"""From variables to a variable or a tuple of them."""


class MadeOfOps:
    """What an instance of such a class is; the arguments that the class was called with are its attributes.

    Args:
        label: the class's name.
        compute: from variables to a variable, or to a tuple of them with None for what has no gradient.
        settings: the arguments by name.
    """

    def __init__(self, label: str, compute: Compute, settings: Mapping[str, Any]) -> None:
        self.__dict__.update(settings)
        self.label = label
        self._compute = compute

    def apply(self, inputs: Sequence[Any]) -> tuple[Variable | None, ...]:
        """The outputs, from variables or arrays."""
        outputs = self._compute(*[x if isinstance(x, Variable) else Variable(x) for x in inputs])
        return outputs if isinstance(outputs, tuple) else (outputs,)

    def __call__(self, *inputs: Any) -> Any:
        """The output, or a tuple of several, as of a `Function`."""
        outputs = self.apply(inputs)
        return outputs[0] if len(outputs) == 1 else outputs


class MadeOfOpsClass(type):
    """The class: called with Chainer's arguments it gives a `MadeOfOps`.

    Args:
        make: from Chainer's arguments to what computes; its name is the class's.
    """

    def __new__(cls, make: Callable[..., Compute]) -> MadeOfOpsClass:
        members = {"__doc__": make.__doc__, "__module__": make.__module__}
        return super().__new__(cls, make.__name__, (), members)

    def __init__(cls, make: Callable[..., Compute]) -> None:
        super().__init__(make.__name__, (), {})
        cls._make = make
        cls.__signature__ = inspect.signature(make)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        bound = cls.__signature__.bind(*args, **kwargs)
        bound.apply_defaults()
        return MadeOfOps(cls.__name__, cls._make(*args, **kwargs), bound.arguments)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, MadeOfOps) and instance.label == cls.__name__


class MadeOfOpsClasses(dict[str, list[MadeOfOpsClass]]):
    """Module below `chainer.functions`, to the classes that a file has for it."""

    def of(self, module: str) -> Callable[[Callable[..., Compute]], Callable[..., Compute]]:
        """A decorator that puts the class of a function among those of a module."""

        def register(make: Callable[..., Compute]) -> Callable[..., Compute]:
            self.setdefault(module, []).append(MadeOfOpsClass(make))
            return make

        return register


def as_mask(condition: Any, like: Variable) -> Any:
    """1 where a condition (array or variable) holds and 0 elsewhere, an array of the dtype of a variable."""
    return as_array(condition).astype(like.dtype)


def gradients_of(function: Compute, outputs: int = 1) -> Compute:
    """The gradients of a function, as a function of its inputs and then of its output gradients."""

    def compute(*variables: Any) -> tuple[Any, ...]:
        xs, gys = variables[:-outputs], variables[-outputs:]
        with using_config("enable_backprop", True):
            ys = function(*xs)
            ys = ys if isinstance(ys, tuple) else (ys,)
            return tuple(grad(ys, xs, gys, enable_double_backprop=True))

    return compute
