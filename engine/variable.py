"""Variable: an array, its gradient, and who made it.

A `Variable` is what a script holds; its `VariableNode` is what the graph holds. Arithmetic and other ops on variables
are put on the class by `functions/variable_methods.py`; the walk is in `backprop.py`.
"""

from __future__ import annotations

from typing import Any

import numpy

from . import backend, events, variable_text
from .backprop import backward_from
from .errors import MisfitGradient, NoLengthYet
from .events import observers
from .graph import unchain_behind
from .utils.arguments import force_array, parse_kwargs
from .utils.deprecation import warn_deprecated
from .variable_node import VariableNode
from .variable_text import variable_repr, variable_str

__all__ = ["Variable", "VariableNode", "as_array", "as_variable", "variable_repr", "variable_str"]


class Variable:
    """An array that remembers how it was computed.

    Args:
        data: a NumPy or CuPy array of any dtype and shape, or None.
        name: what to call it on the screen and in messages.
        grad: an initial gradient, of the same shape and dtype.
        requires_grad: whether `backward()` computes its gradient.

    Raises:
        TypeError: data is no array.
        ValueError: `volatile`, which Chainer had long ago.
    """

    __array_priority__ = 200  # `ndarray + variable` is ours to answer, not elementwise over an object array
    __hash__ = None  # type: ignore[assignment]

    _data: Any
    _node: VariableNode
    _grad: Any = None
    _grad_var: Variable | None = None
    _loss_scale: float | None = None

    def __init__(
        self,
        data: Any = None,
        *,
        name: str | None = None,
        grad: Any = None,
        requires_grad: bool = True,
        **removed: Any,
    ) -> None:
        if removed:
            parse_kwargs(
                removed, volatile="volatile is not supported anymore: use chainer.no_backprop_mode()"
            )
        if data is not None and not backend.is_array(data):
            raise TypeError(
                f"A variable holds an array: numpy.ndarray or cupy.ndarray are expected. Actual: {type(data)}\n"
                "numpy.asarray(value, dtype=numpy.float32) makes one."
            )
        self._data = data
        self._node = VariableNode(self, data, name, requires_grad)
        if grad is not None:
            if not backend.is_array(grad):
                self._check_grad(grad)
            self._grad = grad  # as it is: only assigning to `grad` looks whether shape and dtype fit

    # ---- what it holds ----

    @property
    def array(self) -> Any:
        """The array itself; assigning changes it, and the graph sees the new one."""
        if observers:
            events.hand_out(self._data)
        return self._data

    @array.setter
    def array(self, data: Any) -> None:
        self._data = data
        self._node.describe(data)

    data = raw_array = array

    @property
    def chx_array(self) -> Any:
        raise ValueError("chx_array is ChainerX's; this engine computes with NumPy and CuPy arrays")

    def _array_or_error(self, wanted: str) -> Any:
        if self._data is None:
            raise AttributeError(self._missing(wanted))
        return self._data

    def _missing(self, wanted: str) -> str:
        who = f"parameter {self.name}" if self.name else "a variable without array"
        return f"{who} has no {wanted} yet: it has not been initialized"

    @property
    def shape(self) -> tuple[int, ...]:
        return self._array_or_error("shape").shape

    @property
    def ndim(self) -> int:
        return self._array_or_error("ndim").ndim

    @property
    def size(self) -> int:
        return self._array_or_error("size").size

    @property
    def dtype(self) -> numpy.dtype:
        return self._array_or_error("dtype").dtype

    @property
    def xp(self) -> Any:
        """The array module of its array (`numpy` or `cupy`); numpy without array."""
        return numpy if self._data is None else backend.get_array_module(self._data)

    @property
    def device(self) -> Any:
        return backend.get_device_from_array(self._data)

    @property
    def name(self) -> str | None:
        return self._node.name

    @name.setter
    def name(self, name: str | None) -> None:
        self._node.name = name

    @property
    def label(self) -> str:
        """Shape and dtype in words."""
        return self._node.label

    @property
    def layout(self) -> None:
        """Memory layouts other than NumPy's don't exist here."""

    @property
    def is_chainerx(self) -> bool:
        return False

    # ---- its gradient ----

    @property
    def grad(self) -> Any:
        """The gradient array of this variable's shape and dtype, or None.

        Raises (when assigned):
            TypeError: not an array, or of another dtype.
            ValueError: of another shape.
        """
        if observers:
            events.hand_out(self._grad)
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is not None:
            self._check_grad(grad)
        self._grad = grad
        self._grad_var = None

    @property
    def grad_var(self) -> Variable | None:
        """The gradient as a variable; with `enable_double_backprop` it has a graph of its own."""
        if self._grad_var is None and self._grad is not None:
            self._grad_var = Variable(self._grad)
        return self._grad_var

    @grad_var.setter
    def grad_var(self, grad_var: Variable | None) -> None:
        if grad_var is not None:
            self._check_grad(grad_var.array)
        self._set_gradient(None if grad_var is None else grad_var.array, grad_var)

    def _set_gradient(self, grad: Any, grad_var: Variable | None) -> None:
        self._grad = grad
        self._grad_var = grad_var

    def _check_grad(self, grad: Any) -> None:
        if not backend.is_array(grad):
            raise TypeError(
                "Type of grad is invalid:\n"
                f"Expected: an array such as {type(self._data)}\nActual: {type(grad)}"
            )
        if self._data is not None:
            check_gradient(grad, self._data.shape, self._data.dtype)

    def cleargrad(self) -> None:
        """Set the gradient to None, so that the next backward walk starts from nothing."""
        self._clear_gradient()
        if observers:
            events.tell.GradsCleared((self,), False)

    def _clear_gradient(self) -> None:
        self._grad = self._grad_var = None

    def zerograd(self) -> None:
        """Set the gradient to zeros; `cleargrad` is what to call today."""
        warn_deprecated("Variable.zerograd", "use Variable.cleargrad")
        self._zero_gradient()
        if observers:
            events.tell.GradsCleared((self,), True)

    def _zero_gradient(self) -> None:
        if self._data is not None:
            self._set_gradient(self.xp.zeros_like(self._data), None)

    def addgrad(self, var: Variable) -> None:
        """Add the gradient of `var` to this one's.

        Raises:
            MisfitGradient: its shape or dtype is another one.
        """
        if var._grad is None:
            return
        grad = var._grad if self.device == var.device else self.device.send(var._grad)
        for own in (self._grad, self._data):
            if own is not None and (grad.dtype != own.dtype or not _stretches_to(grad.shape, own.shape)):
                raise MisfitGradient(
                    "a gradient of the same dtype and shape",
                    f"{grad.dtype}{grad.shape}, to be added to that of {own.dtype}{own.shape}",
                )
        self._set_gradient(grad if self._grad is None else force_array(self._grad + grad), None)

    def copydata(self, var: Variable) -> None:
        """Copy the array of `var` into this one's, wherever each of them is."""
        if var._data is None:
            return
        if self._data is None:
            self.array = backend.CpuDevice().send(var._data).copy()
        else:
            if observers:
                events.hand_out(self._data)
            backend.copyto(self._data, var._data)

    # ---- the graph ----

    @property
    def node(self) -> VariableNode:
        return self._node

    @property
    def creator_node(self) -> Any:
        """The function node that made it, None for a leaf."""
        return self._node.creator_node

    @creator_node.setter
    def creator_node(self, creator_node: Any) -> None:
        self._node.set_creator_node(creator_node)

    @property
    def creator(self) -> Any:
        """The function that made it, None for a leaf."""
        return self._node.creator

    @creator.setter
    def creator(self, creator: Any) -> None:
        self._node.set_creator(creator)

    def set_creator(self, gen_func: Any) -> None:
        """Say which function made it."""
        self._node.set_creator(gen_func)

    def set_creator_node(self, fnode: Any) -> None:
        """Say which function node made it."""
        self._node.set_creator_node(fnode)

    @property
    def rank(self) -> int:
        return self._node.rank

    @property
    def requires_grad(self) -> bool:
        return self._node.requires_grad

    def retain_data(self) -> None:
        """Keep the array for the backward walk even if this variable goes."""
        self._node.kept = self._data

    def unchain(self) -> None:
        """Cut the link to the function that made it."""
        self._node.unchain()

    def unchain_backward(self) -> None:
        """Cut the whole graph behind this variable."""
        unchain_behind(self._node)

    def backward(
        self,
        retain_grad: bool = False,
        enable_double_backprop: bool = False,
        loss_scale: float | None = None,
    ) -> None:
        """Compute the gradient of this variable with respect to all leaves behind it, and add it to theirs.

        Args:
            retain_grad: keep the gradients of the variables in between, too.
            enable_double_backprop: record the walk itself in the graph, so that gradients have gradients.
            loss_scale: a factor on the seed gradient, for float16 training.

        Raises:
            TypeError: the variable has more than one element and no gradient to start from.
        """
        backward_from([self], retain_grad, enable_double_backprop, loss_scale)

    # ---- where it is ----

    def to_device(self, device: Any) -> None:
        """Move array and gradient to a device, in place; the link to its creator stays."""
        target = backend.get_device(device)
        if self._data is not None:
            self.array = target.send(self._data)
        if self._grad is not None:
            self._set_gradient(target.send(self._grad), None)

    def to_cpu(self) -> None:
        self.to_device("@numpy")

    def to_intel64(self) -> None:
        backend.no_such_device("iDeep")

    def to_chx(self) -> None:
        backend.no_such_device("ChainerX")

    def from_chx(self) -> None:
        """Nothing: it never is on ChainerX."""

    def as_layout(self, layout: Any) -> Variable:
        """This variable: memory layouts other than NumPy's don't exist here.

        Raises:
            ValueError: `layout` is not None.
        """
        if layout is not None:
            raise ValueError(f"memory layouts other than NumPy's don't exist here: {layout}")
        return self

    def to_gpu(self, device: int | None = None) -> None:
        """Move to a GPU.

        Raises:
            RuntimeError: there is no CuPy or no GPU.
        """
        self.to_device(f"@cupy:{device or 0}")

    # ---- as Python sees it ----

    def __len__(self) -> int:
        if self._data is None:
            raise NoLengthYet(self._missing("length"))
        return len(self._data)

    def __bool__(self) -> bool:
        raise TypeError("Variables cannot be evaluated as Python bool.")

    def __copy__(self) -> Variable:
        return self._copy_to(Variable())

    def _copy_to(self, target: Variable) -> Variable:
        target.__dict__.update(self.__dict__)
        target._node = VariableNode(target, self._data, self.name, self.requires_grad)
        return target

    def __reduce__(self) -> tuple[Any, ...]:
        self._hand_out()
        return _recover_variable, (self._data, self._grad, self.name, self.requires_grad)

    def _hand_out(self) -> None:
        """Tell that a pickler gets the arrays, which it may leave where they are: out of band, for others to write."""
        if observers:
            events.hand_out(self._data)
            events.hand_out(self._grad)

    def item(self) -> Any:
        """The only element, as a Python number."""
        return self._array_or_error("element").item()

    def summary(self) -> str:
        """`<variable W>` or `<variable at 0x...>`."""
        return f"<variable {self.name}>" if self.name else f"<variable at 0x{id(self):x}>"

    def debug_print(self) -> str:
        """Summary, device, shape, dtype and statistics of array and gradient, one a line."""
        return variable_text.facts_of(self)

    def __repr__(self) -> str:
        return variable_text.variable_repr(self)

    def __str__(self) -> str:
        return variable_text.variable_str(self)


def _stretches_to(shape: tuple[int, ...], whole: tuple[int, ...]) -> bool:
    try:
        return numpy.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False


def check_gradient(grad: Any, shape: tuple[int, ...], dtype: Any) -> None:
    """Raise unless a gradient fits the variable that it is for.

    Raises:
        TypeError: its dtype is another one.
        ValueError: its shape is another one.
    """
    if grad.dtype != dtype:
        raise TypeError(f"Dtype of data and grad mismatch\ngrad: {grad.dtype} != data: {dtype}")
    if grad.shape != shape:
        raise ValueError(f"Shape of data and grad mismatch\ngrad: {grad.shape} != data: {shape}")


def _recover_variable(data: Any, grad: Any, name: str | None, requires_grad: bool) -> Variable:
    return Variable(data, name=name, grad=grad, requires_grad=requires_grad)


def _unsupported(symbol: str) -> Any:
    def refuse(self: Variable, other: Any) -> Any:
        raise TypeError(
            f"Variables do not support {symbol} operator. You could use `array` attribute instead."
        )

    return refuse


for _method, _symbol in {"lt": "<", "le": "<=", "eq": "==", "ne": "!=", "gt": ">", "ge": ">="}.items():
    setattr(Variable, f"__{_method}__", _unsupported(_symbol))


def as_variable(obj: Any) -> Variable:
    """`obj` if it is a variable, else a variable around the array `obj` that needs no gradient."""
    return obj if isinstance(obj, Variable) else Variable(obj, requires_grad=False)


def as_array(obj: Any) -> Any:
    """The array of a variable; an array comes back as it is."""
    return obj.array if isinstance(obj, Variable) else obj
