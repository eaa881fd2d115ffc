"""forget: a part of the graph that is computed again in the backward walk instead of being kept."""

from __future__ import annotations

from typing import Any

from ... import backprop
from ...configuration import config, using_config
from ...function_node import FunctionNode
from ...variable import Variable

__all__ = ["forget"]


class Forget(FunctionNode):
    """y = func(x), whose inner graph is thrown away and built again when its gradient is asked for."""

    op_name = "forget"
    y_roles = ("y",)
    formula = "y = func(x);  gx = gy through func, computed once more"

    def __init__(self, func: Any) -> None:
        if not callable(func):
            raise TypeError("func must be callable")
        self.func = func

    def _call(self, variables: list[Variable]) -> tuple[Variable, ...]:
        ys = self.func(*variables)
        ys = ys if isinstance(ys, tuple) else (ys,)
        for y in ys:
            if not isinstance(y, Variable):
                raise RuntimeError(f"forget: func must return a Variable or a tuple of them, not {type(y)}")
        return ys

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        self.retain_inputs(tuple(range(len(inputs))))
        with using_config("enable_backprop", False):
            ys = self._call([Variable(x) for x in inputs])
        return tuple(y.array for y in ys)

    def backward(
        self, target_input_indexes: tuple[int, ...], grad_outputs: tuple[Variable | None, ...]
    ) -> tuple[Variable | None, ...]:
        if config.enable_backprop:
            raise RuntimeError("double backpropagation through forget() is not possible")
        variables = [Variable(x.array) for x in self.get_retained_inputs()]
        # Links that keep statistics of what they see look at `in_recomputing`: they have seen this already.
        with using_config("enable_backprop", True), using_config("in_recomputing", True):
            ys = self._call(variables)
        roots = []
        for y, gy in zip(ys, grad_outputs, strict=True):
            if gy is not None and y.requires_grad:
                y.grad_var = gy
                roots.append(y)
        backprop.backward(roots)
        return tuple(variables[i].grad_var for i in target_input_indexes)


def forget(func: Any, *xs: Any) -> Any:
    """func(*xs), keeping no memory for its inner graph: the backward walk computes it again.

    Args:
        func: takes variables and returns a variable or a tuple of them; called twice.
        xs: variables or arrays.

    Raises:
        TypeError: func can't be called.
        RuntimeError: func returned something else; or a gradient of the gradient is asked for.
    """
    ys = Forget(func).apply(
        tuple(x if isinstance(x, Variable) else Variable(x, requires_grad=True) for x in xs)
    )
    return ys[0] if len(ys) == 1 else ys
