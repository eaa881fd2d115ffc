"""What test cases of functions and links raise, and the comparisons that raise it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from .. import backend
from ..variable import Variable
from .array import assert_allclose

__all__ = ["FunctionTestError", "LinkTestError", "check_equal", "check_variables", "require_arrays"]


class _TestError(AssertionError):
    """What is under test doesn't do what the test case expects of it."""

    @classmethod
    def check(cls, expression: bool, message: str) -> None:
        """Raise this error unless the expression holds."""
        if not expression:
            cls.fail(message)

    @classmethod
    def fail(cls, message: str, cause: BaseException | None = None) -> None:
        """Raise this error."""
        raise cls(message if cause is None else f"{message}\n{cause}") from cause

    @classmethod
    @contextlib.contextmanager
    def raise_if_fail(cls, message: str, error_types: Any = AssertionError) -> Iterator[None]:
        """A context manager that makes an error of these types to this error."""
        try:
            yield
        except error_types as error:
            cls.fail(message, error)


class FunctionTestError(_TestError):
    """A function doesn't do what is expected of it."""


class LinkTestError(_TestError):
    """A link doesn't do what is expected of it."""


def require_arrays(values: Any, what: str, numbers: bool = False) -> None:
    """Raise unless what a test case defines gives a tuple of NumPy arrays.

    Args:
        values: what it gave.
        what: its method, such as `generate_inputs()`.
        numbers: whether NumPy's numbers are arrays enough.

    Raises:
        TypeError: the test case, not what is under test, is wrong.
    """
    wanted: Any = numpy.ndarray | numpy.generic if numbers else numpy.ndarray
    if not isinstance(values, tuple):
        raise TypeError(f"{what} must give a tuple of NumPy arrays, not {type(values).__name__}")
    for place, value in enumerate(values):
        if not isinstance(value, wanted):
            raise TypeError(f"{what} must give NumPy arrays, but at place {place} is {type(value).__name__}")


def check_variables(values: Any, device: backend.Device, what: str, error: type[_TestError]) -> None:
    """Raise `error` unless `values` is a tuple of variables on this device."""
    error.check(
        isinstance(values, tuple), f"{what} must give a tuple of variables, not {type(values).__name__}"
    )
    for place, value in enumerate(values):
        error.check(
            isinstance(value, Variable),
            f"{what} gives at place {place} no variable, but {type(value).__name__}",
        )
        error.check(
            isinstance(value.array, device.supported_array_types),
            f"{what} gives at place {place} an array of type {type(value.array).__name__}, on another device than "
            f"its inputs, {device}",
        )


def check_equal(
    found: Sequence[Any], expected: Sequence[Any], error: type[_TestError], **options: Any
) -> None:
    """Raise `error` unless arrays are as many, of one shape and dtype, and close to each other.

    Args:
        found, expected: arrays.
        options: of `assert_allclose`.
    """
    error.check(len(found) == len(expected), f"{len(found)} arrays, where {len(expected)} are expected")
    for place, (got, want) in enumerate(zip(found, expected, strict=True)):
        for name in ("shape", "dtype"):
            left, right = getattr(got, name), getattr(want, name)
            error.check(left == right, f"array {place}: {name} is {left}, but {right} is expected")
        with error.raise_if_fail(f"array {place} has other values than expected"):
            assert_allclose(got, want, **options)
