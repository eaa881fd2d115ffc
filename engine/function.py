"""Function: an op whose forward and backward rule both work on arrays.

The older of the two ways to write one's own op. Such an op has first derivatives only.
"""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import numpy

from . import backend
from .configuration import config, using_config
from .function_hook import FunctionHook, HookedFunction
from .function_node import FunctionNode
from .once_differentiable import OnceDifferentiable
from .utils.deprecation import warn_deprecated
from .variable import Variable, check_gradient

__all__ = ["Function", "FunctionAdapter", "FunctionHook", "force_backprop_mode", "no_backprop_mode"]


def no_backprop_mode() -> Any:
    """A context manager inside which ops don't build a graph."""
    return using_config("enable_backprop", False)


def force_backprop_mode() -> Any:
    """A context manager inside which ops build a graph, even within `no_backprop_mode`."""
    return using_config("enable_backprop", True)


class FunctionAdapter(FunctionNode):
    """Puts an old-style `Function` into the graph."""

    foreign = True

    def __init__(self, function: Function) -> None:
        self.function = function
        self.op_name = function.label

    @property
    def label(self) -> str:
        return self.function.label

    @property
    def _impl_name(self) -> str:
        return type(self.function).__name__

    @property
    def _checks_types(self) -> bool:  # type: ignore[override]
        return type(self.function).check_type_forward is not Function.check_type_forward

    def check_type_forward(self, in_types: Any) -> None:
        self.function.check_type_forward(in_types)

    def as_creator(self) -> Any:
        return self.function

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        self.retain_inputs(range(len(inputs)))
        return self.function.forward(inputs)

    def input_gradients(
        self, wanted: tuple[int, ...], gys: tuple[Any, ...], held: tuple[Any, ...] | None, as_variables: bool
    ) -> list[Any]:
        inputs = self.inputs
        assert inputs is not None
        xs = tuple([x.data for x in inputs])
        gy_arrays = tuple([gy._data if isinstance(gy, Variable) else gy for gy in gys])
        with using_config("enable_backprop", False):
            found = self.function.backward(xs, gy_arrays)
        if not isinstance(found, tuple | list) or len(found) != len(inputs):
            what = f"{len(found)} values" if isinstance(found, tuple | list) else type(found).__name__
            kind: Any = ValueError if isinstance(found, tuple | list) else TypeError
            raise kind(
                f"backward of {self.label} must return a tuple with one gradient (or None) for each of its "
                f"{len(inputs)} inputs; it returned {what}"
            )
        gxs: list[Any] = [numpy.asarray(gx) if isinstance(gx, numpy.generic) else gx for gx in found]
        for x, gx in zip(inputs, gxs, strict=True):
            if gx is None:
                continue
            if not backend.is_array(gx):
                raise TypeError(
                    f"backward of {self.label} must return arrays (or None), not {type(gx).__name__}"
                )
            check_gradient(gx, x.shape, x.dtype)
        if as_variables:
            some = [i for i in wanted if gxs[i] is not None]
            gy_variables = [gy for gy in gys if gy is not None]
            made = OnceDifferentiable(
                f"an old style Function {self.label!r}",
                tuple(gxs[i] for i in some),
                "its backward works on arrays. Write it as a chainer.FunctionNode, whose backward works on variables.",
            ).apply((*gy_variables, *[x.get_variable() for x in inputs]))
            for i, variable in zip(some, made, strict=True):
                gxs[i] = variable
        return [gxs[i] for i in wanted]


class Function(HookedFunction):
    """An op on arrays, to be subclassed: define `forward` and `backward`, then call an instance with variables.

    `forward(inputs)` gets a tuple of arrays and returns a tuple of arrays; `backward(inputs, grad_outputs)` gets the
    input arrays and one output gradient an output (None where none arrived) and returns one gradient (or None) an
    input. Both may be given separately for CPU and GPU as `forward_cpu`, `forward_gpu`, `backward_cpu`,
    `backward_gpu`. All inputs are retained unless `retain_inputs` says otherwise.
    """

    _node: Any = None
    _owned_node: Any = None

    def __call__(self, *inputs: Any) -> Any:
        """Apply to variables or arrays; gives one variable, or a tuple if there are several outputs."""
        node = FunctionAdapter(self)
        node._function_hooks = self._function_hooks
        self._node = weakref.ref(node)
        outputs = node.apply(inputs)
        if not config.enable_backprop:
            self._owned_node = node
        return outputs[0] if len(outputs) == 1 else outputs

    @property
    def node(self) -> FunctionAdapter:
        """The function node of this function in the graph.

        Raises:
            RuntimeError: the function was not applied yet.
        """
        node = None if self._node is None else self._node()
        if node is None:
            node = self._owned_node = FunctionAdapter(self)
            self._node = weakref.ref(node)
        return node

    def add_hook(self, hook: Any, name: str | None = None) -> None:
        """Let a hook see this function, in all its calls; see `FunctionNode.add_hook`."""
        super().add_hook(hook, name)
        self.node._function_hooks = self._function_hooks

    def delete_hook(self, name: str) -> None:
        """Take a hook of this function out; KeyError if there is none of that name."""
        super().delete_hook(name)
        self.node._function_hooks = self._function_hooks

    @property
    def inputs(self) -> Any:
        return self.node.inputs

    @property
    def outputs(self) -> Any:
        return self.node.outputs

    @property
    def rank(self) -> int:
        return self.node.rank

    @property
    def stack(self) -> Any:
        return self.node.stack

    @property
    def output_data(self) -> tuple[Any, ...]:
        return self.node.output_data

    @property
    def label(self) -> str:
        return type(self).__name__

    def check_type_forward(self, in_types: Any) -> None:
        """Say with `type_check.expect` what the inputs must be; called before forward."""

    def forward(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        if any(not isinstance(x, numpy.ndarray) for x in inputs):
            return self.forward_gpu(inputs)
        return self.forward_cpu(inputs)

    def forward_cpu(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        raise NotImplementedError(f"{type(self).__name__} defines neither forward() nor forward_cpu()")

    def forward_gpu(self, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        raise NotImplementedError(f"{type(self).__name__} defines neither forward() nor forward_gpu()")

    def backward(self, inputs: tuple[Any, ...], grad_outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        if any(not isinstance(x, numpy.ndarray) for x in (*inputs, *grad_outputs) if x is not None):
            return self.backward_gpu(inputs, grad_outputs)
        return self.backward_cpu(inputs, grad_outputs)

    def backward_cpu(self, inputs: tuple[Any, ...], grad_outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def backward_gpu(self, inputs: tuple[Any, ...], grad_outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        return (None,) * len(inputs)

    def retain_inputs(self, indexes: Sequence[int]) -> None:
        """Keep only these inputs' arrays for backward; to be called in forward."""
        self.node.retain_inputs(indexes)

    def retain_outputs(self, indexes: Sequence[int], retain_after_backward: bool = False) -> None:
        """Keep these outputs' arrays for backward, as `output_data`; to be called in forward.

        Args:
            indexes: of the outputs.
            retain_after_backward: does nothing any more, and warns.
        """
        if retain_after_backward:
            warn_deprecated("retain_after_backward", "it has no effect")
        self.node.retain_outputs(indexes)

    def unchain(self) -> None:
        self.node.unchain()
