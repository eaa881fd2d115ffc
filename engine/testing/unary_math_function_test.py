"""Tests of an elementwise function of one argument, against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

from .. import gradient_check
from ..backends import cuda
from ..variable import Variable
from . import attr, condition
from .parameterized import parameterize, product

__all__ = ["check_available", "is_available", "unary_math_function_unittest"]

_CLOSE: dict[str, Any] = {"atol": 1e-4, "rtol": 1e-4}
# Half precision keeps 11 bits; inputs of such dtype lie apart, and gradients are compared along a step of that size.
_HALF_FORWARD: dict[str, Any] = {"atol": 2.0**-10, "rtol": 2.0**-10}
_HALF_BACKWARD = {"eps": 2.0**-4, "atol": 2.0**-4, "rtol": 2.0**-4}


def is_available() -> bool:
    """Whether this can be used: with pytest."""
    return attr.is_available()


def check_available() -> None:
    """Raise unless there is pytest."""
    attr.check_available()


def unary_math_function_unittest(
    func: Any,
    func_expected: Callable[[Any], Any] | None = None,
    label_expected: str | None = None,
    make_data: Callable[[tuple[int, ...], Any], tuple[Any, Any, Any]] | None = None,
    is_linear: bool | None = None,
    forward_options: dict[str, Any] | None = None,
    backward_options: dict[str, Any] | None = None,
    double_backward_options: dict[str, Any] | None = None,
) -> Callable[[type], Any]:
    """Class decorator that adds tests of a function: values, gradients, second derivatives, in three dtypes.

    Args:
        func: the function, from one array to one of the same shape and dtype; or a class of it.
        func_expected: the same on NumPy arrays; None: NumPy's function of that name.
        label_expected: the op's label; None: not tested for a function, for a class its name in lower case.
        make_data: gives input, gradient and gradient of the gradient for a shape and a dtype; None: uniform from -1
            to 1.
        is_linear: not needed; older scripts pass it.
        forward_options, backward_options, double_backward_options: arguments for `assert_allclose`, `check_backward`
            and `check_double_backward` in place of the defaults, which are by dtype; those not given stay.

    Raises:
        ValueError: func_expected is None, and NumPy has no function of that name.
    """
    name = func.__name__.lower()
    expected: Any = getattr(numpy, name, None) if func_expected is None else func_expected
    if expected is None:
        raise ValueError(f"NumPy has no function corresponding to {func.__name__}; give func_expected")
    label = name if label_expected is None and isinstance(func, type) else label_expected
    tested = _Tested(
        func,
        expected,
        label,
        make_data or _uniform,
        forward_options or {},
        backward_options or {},
        double_backward_options or {},
    )

    def decorate(case: type) -> Any:
        for tests in (_Tests,) if label is None else (_Tests, _LabelTest):
            for member, value in vars(tests).items():
                if not member.startswith("__"):
                    setattr(case, member, value)
        case._tested = tested  # type: ignore[attr-defined]
        dtypes = [numpy.float16, numpy.float32, numpy.float64]
        return parameterize(*product({"shape": [(3, 2), ()], "dtype": dtypes}))(case)

    return decorate


@dataclass(frozen=True)
class _Tested:
    """A function, what it is compared with, and how closely."""

    func: Any
    expected: Callable[[Any], Any]
    label: str | None
    make_data: Callable[[tuple[int, ...], Any], tuple[Any, Any, Any]]
    forward_options: dict[str, Any]
    backward_options: dict[str, Any]
    double_backward_options: dict[str, Any]

    def call(self, x: Any) -> Any:
        return self.func()(x) if isinstance(self.func, type) else self.func(x)


class _Tests:
    """What a class of tests gets; `unary_math_function_unittest` puts it there."""

    _tested: _Tested
    shape: tuple[int, ...]
    dtype: Any

    def setUp(self) -> None:
        tested = self._tested
        self.x, self.gy, self.ggx = tested.make_data(self.shape, self.dtype)
        is_half = self.dtype == numpy.float16
        backward: dict[str, Any] = {"dtype": numpy.float64, **(_HALF_BACKWARD if is_half else _CLOSE)}
        self.forward_options = (_HALF_FORWARD if is_half else _CLOSE) | tested.forward_options
        self.backward_options = backward | tested.backward_options
        self.double_backward_options = backward | tested.double_backward_options

    def check_forward(self, x: Any) -> None:
        y = self._tested.call(Variable(x))
        assert y.dtype == self.dtype, f"dtype of the result is {y.dtype}, not {self.dtype}"
        wanted = numpy.asarray(self._tested.expected(self.x)).astype(self.dtype)
        gradient_check.assert_allclose(wanted, y, **self.forward_options)

    def check_backward(self, x: Any, gy: Any) -> None:
        gradient_check.check_backward(self._tested.call, x, gy, **self.backward_options)

    def check_double_backward(self, x: Any, gy: Any, ggx: Any) -> None:
        gradient_check.check_double_backward(self._tested.call, x, gy, ggx, **self.double_backward_options)

    @condition.retry(3)
    def test_forward_cpu(self) -> None:
        self.check_forward(self.x)

    @condition.retry(3)
    def test_backward_cpu(self) -> None:
        self.check_backward(self.x, self.gy)

    @condition.retry(3)
    def test_double_backward_cpu(self) -> None:
        self.check_double_backward(self.x, self.gy, self.ggx)

    @attr.gpu
    @condition.retry(3)
    def test_forward_gpu(self) -> None:
        self.check_forward(cuda.to_gpu(self.x))

    @attr.gpu
    @condition.retry(3)
    def test_backward_gpu(self) -> None:
        self.check_backward(cuda.to_gpu(self.x), cuda.to_gpu(self.gy))

    @attr.gpu
    @condition.retry(3)
    def test_double_backward_gpu(self) -> None:
        self.check_double_backward(cuda.to_gpu(self.x), cuda.to_gpu(self.gy), cuda.to_gpu(self.ggx))


class _LabelTest:
    """What it gets, too, where the op's label is known."""

    _tested: _Tested
    x: Any

    def test_label(self) -> None:
        found = self._tested.call(Variable(self.x)).creator.label
        assert found == self._tested.label, f"label is {found!r}, not {self._tested.label!r}"


def _uniform(shape: tuple[int, ...], dtype: Any) -> tuple[Any, Any, Any]:
    x, gy, ggx = (numpy.asarray(numpy.random.uniform(-1, 1, shape)).astype(dtype) for _ in range(3))
    return x, gy, ggx
