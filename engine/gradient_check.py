"""Checks a function's gradients against finite differences, for scripts that write their own ops.

`check_backward` compares the gradient along one random direction through all inputs and parameters at once, which
costs two evaluations however many elements there are; only a failure is looked at element by element. Directions come
from NumPy's global random state: `numpy.random.seed` makes a check repeatable.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from . import backend
from .backprop import grad
from .configuration import using_config
from .finite_differences import NondifferentiableError, numerical_grad
from .utils import force_array
from .variable import Variable

__all__ = [
    "NondifferentiableError",
    "assert_allclose",
    "check_backward",
    "check_double_backward",
    "numerical_grad",
]

_LOCATED_ELEMENTS = 200  # beyond this many elements a failure doesn't say which one is wrong


def assert_allclose(x: Any, y: Any, atol: float = 1e-5, rtol: float = 1e-4, verbose: bool = True) -> None:
    """Raise unless |x - y| <= atol + rtol |y| everywhere.

    Args:
        x, y: arrays (on any device), variables or numbers.
        verbose: show both arrays in the message.

    Raises:
        AssertionError: shows the largest differences.
    """
    numpy.testing.assert_allclose(_host(x), _host(y), atol=atol, rtol=rtol, verbose=verbose)


def check_backward(
    func: Callable[..., Any],
    x_data: Any,
    y_grad: Any,
    params: Any = (),
    eps: float = 1e-3,
    atol: float = 1e-5,
    rtol: float = 1e-4,
    no_grads: Sequence[bool] | None = None,
    dtype: Any = None,
    detect_nondifferentiable: bool = False,
) -> None:
    """Raise unless the gradients of `func` equal finite differences along a random direction.

    Args:
        func: gets variables, gives a variable or a tuple of them.
        x_data: an array or a tuple of arrays, the inputs.
        y_grad: the gradient of each output, None for zero; None alone if `func` is a loss of shape ().
        params: parameters that `func` uses and whose gradients are checked, too.
        eps: how far to move along the direction, whose length is 1.
        atol, rtol: tolerances of the comparison.
        no_grads: which inputs must get no gradient; by default those that hold no floats.
        dtype: compute in this float dtype instead of the inputs' own; float64 makes the check sharp.
        detect_nondifferentiable: raise if the function has a kink here, instead of comparing nonsense.

    Raises:
        AssertionError: the gradients differ; shows both, and which elements are wrong.
        NondifferentiableError: see `detect_nondifferentiable`.
        ValueError: the arguments don't fit together.
        RuntimeError: an input that must get no gradient got one.
    """
    if dtype is not None and numpy.dtype(dtype).kind != "f":
        raise ValueError("`dtype` is allowed only float type")
    xs, params = _as_tuple(x_data), _as_tuple(params)
    if no_grads is None:
        no_grads = [x.dtype.kind != "f" for x in xs]
    if len(no_grads) != len(xs):
        raise ValueError(
            f"Length of no_grads param and xs should be same.\nActual: {len(no_grads)} != {len(xs)}"
        )
    with _params_as(params, dtype):
        xs = tuple(_cast(x, dtype) for x in xs)
        check = _Check(func, xs, params, no_grads, eps)
        gys = check.output_gradients(y_grad, dtype)
        gradients = check.gradients(gys)
        moved = check.moved()
        if not moved:
            return
        directions = _random_directions([check.values[i] for i in moved])
        expected = check.derivative(moved, directions, gys, detect_nondifferentiable, atol, rtol)
        found = sum(
            float((_host(gradients[i]).astype(numpy.float64) * direction).sum())
            for i, direction in zip(moved, directions, strict=True)
            if gradients[i] is not None
        )
        if abs(found - expected) <= atol + rtol * abs(expected):
            return
        lines = [f"check_backward failed (eps={eps} atol={atol} rtol={rtol})"]
        lines += [f"inputs[{i}]:\n{_host(x)}" for i, x in enumerate(xs)]
        lines += [f"params[{i}]:\n{_host(p)}" for i, p in enumerate(params)]
        lines += [f"grad_outputs[{i}]:\n{None if gy is None else _host(gy)}" for i, gy in enumerate(gys)]
        lines += [f"directions[{i}]:\n{d}" for i, d in zip(moved, directions, strict=True)]
        lines += [f"gradients (numeric):  {expected}", f"gradients (backward): {found}"]
        raise AssertionError("\n".join(lines + check.wrong_elements(moved, gys, gradients, atol, rtol)))


def check_double_backward(
    func: Callable[..., Any],
    x_data: Any,
    y_grad: Any,
    x_grad_grad: Any,
    params: Any = (),
    params_grad_grad: Any = (),
    eps: float = 1e-3,
    atol: float = 1e-4,
    rtol: float = 1e-3,
    no_grads: Sequence[bool] | None = None,
    dtype: Any = None,
    detect_nondifferentiable: bool = False,
) -> None:
    """Raise unless the gradients of the gradients of `func` equal finite differences.

    Args:
        func, x_data, y_grad, params: as for `check_backward`; `y_grad` is an input here and is checked, too.
        x_grad_grad: the gradient of each input's gradient, None for inputs that have none.
        params_grad_grad: likewise for the parameters.
        eps, atol, rtol, no_grads, dtype, detect_nondifferentiable: as for `check_backward`.

    Raises:
        AssertionError: they differ.
        ValueError: the arguments don't fit together.
    """
    xs, gys, params = _as_tuple(x_data), _as_tuple(y_grad), _as_tuple(params)
    ggxs = (*_as_tuple(x_grad_grad), *_as_tuple(params_grad_grad))
    if no_grads is None:
        no_grads = [x.dtype.kind != "f" for x in xs]
    if any(gy is None for gy in gys):
        raise ValueError("y_grad must be given for every output: it is an input of the second derivative")
    wanted = [i for i, none in enumerate(no_grads) if not none]

    def first_order_grad(*inputs: Variable) -> tuple[Variable, ...]:
        variables = inputs[: len(xs)]
        ys = _as_tuple(func(*variables))
        shapes = [y.shape for y in ys], [gy.shape for gy in inputs[len(xs) :]]
        if shapes[0] != shapes[1]:
            raise ValueError(
                f"y_grad must fit the outputs, of shapes {shapes[0]}, but its shapes are {shapes[1]}"
            )
        targets = [variables[i] for i in wanted] + list(params)
        with using_config("enable_backprop", True):
            found = grad(ys, targets, inputs[len(xs) :], enable_double_backprop=True)
        return tuple(
            Variable(x.xp.zeros_like(x.array)) if gx is None else gx
            for x, gx in zip(targets, found, strict=True)
        )

    try:
        check_backward(
            first_order_grad,
            (*xs, *gys),
            tuple(ggx for ggx in ggxs if ggx is not None),
            params,
            eps,
            atol,
            rtol,
            [*no_grads, *(False for _ in gys)],
            dtype,
            detect_nondifferentiable,
        )
    except AssertionError as error:
        lines = [f"check_double_backward failed (eps={eps} atol={atol} rtol={rtol})"]
        lines += [f"input[{i}]:\n{_host(x)}" for i, x in enumerate(xs)]
        lines += [f"grad_output[{i}]:\n{_host(gy)}" for i, gy in enumerate(gys)]
        lines += [f"grad_grad_input[{i}]:\n{None if g is None else _host(g)}" for i, g in enumerate(ggxs)]
        raise AssertionError("\n".join([*lines, "", str(error)])) from error


class _CheckBackward:
    """`check_backward` made first and run later, under the name and with the arguments of Chainer's own helper."""

    def __init__(
        self,
        func: Callable[..., Any],
        xs: Any,
        gys: Any,
        params: Any,
        eps: float,
        atol: float,
        rtol: float,
        no_gxs: Sequence[bool] | None,
        dtype: Any,
        detect_nondifferentiable: bool,
        is_immutable_params: bool,
    ) -> None:
        self._arguments = (func, xs, gys, params, eps, atol, rtol, no_gxs, dtype, detect_nondifferentiable)

    def run(self) -> None:
        """Raise unless the gradients are right; see `check_backward`."""
        check_backward(*self._arguments)


class _Check:
    """A function at a point: `values` are the arrays of its inputs, then those of its parameters."""

    def __init__(
        self, func: Any, xs: tuple[Any, ...], params: tuple[Any, ...], no_grads: Sequence[bool], eps: float
    ) -> None:
        self.func = func
        self.params = params
        self.no_grads = no_grads
        self.eps = eps
        self.values = [*xs, *(p.array for p in params)]
        self.xs = [Variable(x, requires_grad=x.dtype.kind == "f") for x in xs]
        self.ys = _as_tuple(func(*self.xs))

    def output_gradients(self, y_grad: Any, dtype: Any) -> tuple[Any, ...]:
        """One gradient an output; checks that they fit."""
        shapes = ", ".join(f"{y.shape}:{y.dtype}" for y in self.ys)
        if y_grad is None:
            if len(self.ys) != 1 or self.ys[0].shape != ():
                raise ValueError(
                    "y_grad argument cannot be omitted if the target function is not a loss function, which has a "
                    f"single output with shape ().\nActual output shapes: {', '.join(str(y.shape) for y in self.ys)}"
                )
            return (self.ys[0].xp.ones_like(self.ys[0].array),)
        gys = tuple(None if gy is None else _cast(gy, dtype) for gy in _as_tuple(y_grad))
        given = ", ".join("None" if gy is None else f"{gy.shape}:{gy.dtype}" for gy in gys)
        found = f"Output shapes and dtypes         : {shapes}\nOutput gradient shapes and dtypes: {given}"
        if len(gys) != len(self.ys):
            raise ValueError(
                f"Output gradients must contain equally as many elements as the number of output elements.\n{found}"
            )
        if any(
            gy is not None and (gy.shape, gy.dtype) != (y.shape, y.dtype)
            for y, gy in zip(self.ys, gys, strict=True)
        ):
            raise ValueError(f"Shapes and/or dtypes of outputs and output gradients do not match.\n{found}")
        return gys

    def gradients(self, gys: tuple[Any, ...]) -> list[Any]:
        """The engine's gradients of inputs and parameters, arrays or None."""
        pairs = [(y, Variable(gy)) for y, gy in zip(self.ys, gys, strict=True) if gy is not None]
        found = grad([y for y, _ in pairs], [*self.xs, *self.params], [gy for _, gy in pairs])
        for i, (none, gx) in enumerate(zip(self.no_grads, found, strict=False)):
            if none and gx is not None:
                raise RuntimeError(f"input {i} must get no gradient (no_grads), but it got one")
        return [None if gx is None else gx.array for gx in found]

    def moved(self) -> list[int]:
        """Indexes of the values whose gradients are compared."""
        return [
            i
            for i, value in enumerate(self.values)
            if value.dtype.kind == "f" and value.size and not (i < len(self.no_grads) and self.no_grads[i])
        ]

    def derivative(
        self,
        moved: list[int],
        directions: list[numpy.ndarray],
        gys: tuple[Any, ...],
        detect_nondifferentiable: bool = False,
        atol: float = 0,
        rtol: float = 0,
    ) -> float:
        """The derivative of the outputs, weighted with `gys`, along a direction, by a central difference."""
        offset = numpy.zeros(())

        def outputs() -> tuple[Any, ...]:
            values = list(self.values)
            for i, direction in zip(moved, directions, strict=True):
                shift = backend.get_device_from_array(values[i]).send(direction * float(offset))
                moved_there = force_array(values[i].astype(numpy.float64) + shift)
                values[i] = moved_there.astype(values[i].dtype)
            return self._outputs_at(values)

        center = [y.array for y in self.ys]
        (found,) = numerical_grad(
            outputs, (offset,), gys, self.eps, detect_nondifferentiable, atol, rtol, center
        )
        return float(found)

    def _outputs_at(self, values: list[Any]) -> tuple[Any, ...]:
        count = len(self.xs)
        for p, value in zip(self.params, values[count:], strict=True):
            p.array = value
        try:
            variables = [Variable(x, requires_grad=x.dtype.kind == "f") for x in values[:count]]
            return tuple(y.array for y in _as_tuple(self.func(*variables)))
        finally:
            for p, value in zip(self.params, self.values[count:], strict=True):
                p.array = value

    def wrong_elements(
        self, moved: list[int], gys: tuple[Any, ...], gradients: list[Any], atol: float, rtol: float
    ) -> list[str]:
        """Lines that name the elements whose gradients are wrong, where looking at each is affordable."""
        if sum(self.values[i].size for i in moved) > _LOCATED_ELEMENTS:
            return []
        lines = []
        for i in moved:
            name = f"inputs[{i}]" if i < len(self.xs) else f"params[{i - len(self.xs)}]"
            for index in numpy.ndindex(self.values[i].shape):
                unit = numpy.zeros(self.values[i].shape)
                unit[index] = 1
                expected = self.derivative([i], [unit], gys)
                found = 0.0 if gradients[i] is None else float(_host(gradients[i])[index])
                if not abs(found - expected) <= atol + rtol * abs(expected):
                    lines.append(f"{name} at {index}: numeric {expected:.9g}, backward {found:.9g}")
        return lines


@contextlib.contextmanager
def _params_as(params: tuple[Any, ...], dtype: Any) -> Iterator[None]:
    """Inside, the parameters have `dtype`; afterwards their own arrays and gradients again."""
    before = [(p.array, p.grad_var) for p in params]
    try:
        for p in params:
            p.grad = None
            p.array = _cast(p.array, dtype)
        yield
    finally:
        for p, (array, gradient) in zip(params, before, strict=True):
            p.array = array
            p.grad_var = gradient


def _random_directions(values: list[Any]) -> list[numpy.ndarray]:
    """Random arrays of the values' shapes, which together have length 1."""
    directions = [numpy.asarray(numpy.random.normal(size=value.shape)) for value in values]
    length = numpy.sqrt(sum(float(numpy.square(d).sum()) for d in directions))
    return [d / length for d in directions]


def _cast(array: Any, dtype: Any) -> Any:
    return array if dtype is None or array.dtype.kind != "f" else array.astype(dtype)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _host(value: Any) -> numpy.ndarray:
    return backend.to_host(value.array if isinstance(value, Variable) else value)
