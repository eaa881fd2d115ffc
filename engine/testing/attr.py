"""Marks of tests that need something special: a GPU, several, or patience.

Each is a pytest mark of that name where there is pytest, and skips where what it needs isn't there: with this engine
ChainerX and iDeep never are.
"""

from __future__ import annotations

import os
import unittest
import warnings
from collections.abc import Callable
from typing import Any

from ..backends import cuda
from .bundle import for_each_case

__all__ = [
    "chainerx",
    "check_available",
    "cudnn",
    "find_pytest",
    "get_error",
    "gpu",
    "ideep",
    "is_available",
    "multi_gpu",
    "slow",
]


def find_pytest() -> Any:
    """pytest, or None where it isn't installed."""
    try:
        import pytest
    except ImportError:
        return None
    return pytest


def get_error() -> ImportError | None:
    """Why marks can't be set; None if they can."""
    return None if find_pytest() is not None else ImportError("pytest is not installed")


def is_available() -> bool:
    """Whether there is pytest."""
    return get_error() is None


def check_available() -> None:
    """Raise unless there is pytest.

    Raises:
        RuntimeError: there is none.
    """
    error = get_error()
    if error is not None:
        raise RuntimeError(f"chainer.testing.attr needs pytest: {error}") from error


def _marked(name: str, target: Any, *args: Any) -> Any:
    pytest = find_pytest()
    if pytest is None:
        return target
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", pytest.PytestUnknownMarkWarning
        )  # the project under test may not list it
        mark = getattr(pytest.mark, name)
    return (mark(*args) if args else mark)(target)


def _skipped_if(condition: bool, reason: str, target: Any) -> Any:
    """`target` as one that both unittest and pytest skip if `condition` holds."""
    if not condition:
        return target
    pytest = find_pytest()
    skipped = unittest.skip(reason)(target)
    return skipped if pytest is None else pytest.mark.skip(reason=reason)(skipped)


def _gpu_count() -> int:
    """How many GPUs tests may use: those there are, at most `CHAINER_TEST_GPU_LIMIT`."""
    if not cuda.available:
        return 0
    count = cuda.cupy.cuda.runtime.getDeviceCount()
    limit = int(os.environ.get("CHAINER_TEST_GPU_LIMIT", -1))
    return count if limit < 0 else min(count, limit)


def multi_gpu(gpu_num: int) -> Callable[[Any], Any]:
    """Decorator of a test that needs so many GPUs; `CHAINER_TEST_GPU_LIMIT` in the environment allows fewer."""

    def decorate(target: Any) -> Any:
        marked = _marked("gpu", target) if gpu_num == 1 else _marked("multi_gpu", target, gpu_num)
        count = _gpu_count()
        return _skipped_if(count < gpu_num, f"needs {gpu_num} GPU(s), and there are {count}", marked)

    return for_each_case(decorate)


def gpu(target: Any) -> Any:
    """Decorator of a test that needs a GPU."""
    return multi_gpu(1)(target)


def cudnn(target: Any) -> Any:
    """Decorator of a test that needs a GPU with cuDNN."""
    return for_each_case(lambda case: _marked("cudnn", gpu(case)))(target)


def slow(target: Any) -> Any:
    """Decorator of a test that takes long; `pytest -m "not slow"` leaves it out."""
    return for_each_case(lambda case: _marked("slow", case))(target)


def chainerx(target: Any) -> Any:
    """Decorator of a test that needs ChainerX: skipped."""
    return for_each_case(
        lambda case: _skipped_if(True, "ChainerX is not there with this engine", _marked("chainerx", case))
    )(target)


def ideep(target: Any) -> Any:
    """Decorator of a test that needs iDeep: skipped."""
    return for_each_case(
        lambda case: _skipped_if(True, "iDeep is not there with this engine", _marked("ideep", case))
    )(target)
