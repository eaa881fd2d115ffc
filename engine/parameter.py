"""Parameter: a variable that a link owns and an optimizer changes."""

from __future__ import annotations

import weakref
from typing import Any

import numpy

from . import backend, events
from .initializers import Constant, NaN, generate_array, get_initializer
from .variable import Variable

__all__ = ["Parameter"]


class Parameter(Variable):
    """A variable that is learnt.

    It may be created before its shape is known; `initialize(shape)` then gives it its array. Until the first
    `cleargrads()` or `backward()` its gradient is all NaN, so that a forgotten `cleargrads()` shows.

    Args:
        initializer: an initializer, a number (every element), or an array (the value itself); None for NaN.
        shape: tuple of int, an int, or None when it is not known yet.
        name: the attribute of its link.

    Attributes:
        update_rule: how an optimizer changes it; set by `Optimizer.setup`.
    """

    initializer: Any = None
    update_rule: Any = None
    _owner: Any = None
    _initial_grad: Any = None
    _twins: list[Any] | None = None  # weak references to the copies that were made before it had an array

    def __init__(
        self,
        initializer: Any = None,
        shape: int | tuple[int, ...] | None = None,
        name: str | None = None,
        *,
        layout: Any = None,
    ) -> None:
        self._home: backend.Device = backend.CpuDevice()
        if initializer is None:
            initializer = NaN()
        elif numpy.isscalar(initializer):
            initializer = Constant(initializer)
        if shape is None and backend.is_array(initializer):
            super().__init__(initializer, name=name)
            self._home = backend.get_device_from_array(initializer)
            self.initializer = initializer
        else:
            super().__init__(None, name=name)
            self.initializer = get_initializer(initializer)
            self._initial_grad = numpy.nan
            if shape is not None:
                self.initialize(shape)
        if events.observers:
            events.tell.Made(self)

    @property
    def is_initialized(self) -> bool:
        return self._data is not None

    @property
    def dtype(self) -> numpy.dtype | None:  # type: ignore[override]
        if self._data is not None:
            return self._data.dtype
        dtype = getattr(self.initializer, "dtype", None)
        return None if dtype is None else numpy.dtype(dtype)

    @property
    def grad(self) -> Any:
        """The gradient; see `Variable.grad`.

        Raises:
            RuntimeError: the parameter has no array yet, and nobody has cleared its gradient.
        """
        if self._grad is None and self._data is None and not self._grad_cleared:
            raise RuntimeError(
                f"parameter {self.name or 'without name'} has no gradient: it is not initialized yet; "
                "call the model once"
            )
        if events.observers:
            events.hand_out(self._grad)
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        Variable.grad.fset(self, grad)  # type: ignore[attr-defined]
        if grad is None:
            self._initial_grad = None

    @property
    def device(self) -> Any:
        return self._home if self._data is None else super().device

    @property
    def xp(self) -> Any:
        return self._home.xp if self._data is None else super().xp

    def initialize(self, shape: int | tuple[int, ...]) -> None:
        """Give it its array: of `shape`, filled by its initializer, on its device.

        Copies made before share that array.
        """
        with backend.using_device(self._home):
            data = generate_array(self.initializer, shape, self._home.xp, device=self._home)
            self.array = data
            self._set_gradient(
                None
                if self._initial_grad is None or not _is_float(data)
                else self.xp.full_like(data, self._initial_grad),
                None,
            )
        self._node.requires_grad = True
        twins, self._twins = self._twins, None
        for twin in [reference() for reference in twins or ()]:
            if twin is not None and twin._data is None:
                twin.array = self._data
                twin._twins = None

    @property
    def _grad_cleared(self) -> bool:
        """Whether its gradient was cleared or set to zero, at least for when it gets its array."""
        return self._initial_grad is None or self._initial_grad == 0

    def _clear_gradient(self) -> None:
        self._initial_grad = None
        super()._clear_gradient()

    def _zero_gradient(self) -> None:
        self._initial_grad = 0
        super()._zero_gradient()

    def to_device(self, device: Any) -> None:
        self._home = backend.get_device(device)
        super().to_device(self._home)

    def copydata(self, var: Variable) -> None:
        """Copy the array of `var` into this one's; an uninitialized side is initialized by the other's shape."""
        if var._data is None and self._data is not None and isinstance(var, Parameter):
            var.initialize(self.shape)
        elif self._data is None and var._data is not None:
            self.initialize(var.shape)
        super().copydata(var)

    def addgrad(self, var: Variable) -> None:
        """Add the gradient of `var` to this one's, which is first initialized in its shape if it has no array yet."""
        if self._data is None and var._grad is not None:
            self.initialize(var.shape)
        super().addgrad(var)

    def update(self) -> None:
        """Let its update rule change it by its gradient."""
        if self.update_rule is not None:
            self.update_rule.update(self)

    def __copy__(self) -> Parameter:
        twin: Any = self._copy_to(Parameter())
        if self._data is None:
            if self._twins is None:
                self._twins = [weakref.ref(self)]
            self._twins.append(weakref.ref(twin))
            twin._twins = self._twins
        return twin

    def __reduce__(self) -> tuple[Any, ...]:
        self._hand_out()
        state = (
            self._data,
            self._grad,
            self.name,
            self.initializer,
            self.update_rule,
            self._home,
            self._initial_grad,
        )
        return _recover_parameter, state


def _is_float(array: Any) -> bool:
    return array.dtype.kind in "fc"


def _recover_parameter(
    data: Any, grad: Any, name: str | None, initializer: Any, update_rule: Any, home: Any, initial_grad: Any
) -> Parameter:
    parameter = Parameter(name=name)
    parameter.array = data
    parameter._set_gradient(grad, None)
    parameter.initializer = initializer
    parameter.update_rule = update_rule
    parameter._home = home
    parameter._initial_grad = initial_grad
    return parameter
