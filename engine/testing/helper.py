"""Small helpers: expected warnings, replaced functions, tests that depend on what is installed."""

from __future__ import annotations

import contextlib
import importlib
import re
import unittest
import unittest.mock
import warnings
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

from .attr import _skipped_if
from .bundle import for_each_case

__all__ = ["assert_warns", "patch", "satisfied", "with_requires", "without_requires"]


@contextlib.contextmanager
def assert_warns(expected: type[Warning]) -> Iterator[None]:
    """A context manager that raises `AssertionError` unless a warning of this class was given inside."""
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        yield
    if not any(issubclass(warning.category, expected) for warning in given):
        raise AssertionError(f"{expected.__name__} not raised")


def patch(target: str, *args: Any, **kwargs: Any) -> Any:
    """`unittest.mock.patch`, whose mock calls what it replaces unless told otherwise.

    Args:
        target: the full name of what is replaced.
        args, kwargs: as for `unittest.mock.patch`; `wraps` is what the mock calls.
    """
    if not args and "new" not in kwargs:
        kwargs.setdefault("wraps", _found(target))
    return unittest.mock.patch(target, *args, **kwargs)


def _found(full_name: str) -> Any:
    """The object of this name, importing as far as needed."""
    parts = full_name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise ImportError(f"there is no {full_name}")


_REQUIREMENT = re.compile(r"\s*([\w.-]+)\s*((?:(?:==|!=|<=|>=|<|>|~=)\s*[\w.*+!-]+\s*,?\s*)*)\s*\Z")
_BOUND = re.compile(r"(==|!=|<=|>=|<|>|~=)\s*([\w.*+!-]+)")


def satisfied(requirement: str) -> bool:
    """Whether a package such as `numpy>=1.10` is installed, in such a version.

    Raises:
        ValueError: it is no requirement.
    """
    match = _REQUIREMENT.match(requirement)
    if match is None:
        raise ValueError(f"not a requirement such as 'numpy>=1.10': {requirement!r}")
    try:
        version = metadata.version(match[1])
    except metadata.PackageNotFoundError:
        return False
    return all(_within(version, sign, bound) for sign, bound in _BOUND.findall(match[2]))


def _within(version: str, sign: str, bound: str) -> bool:
    here, there = _numbers(version), _numbers(bound)
    if sign in ("==", "!=") and bound.endswith("*"):
        return (here[: len(there)] == there) == (sign == "==")
    if sign == "~=":
        return here >= there and here[: len(there) - 1] == there[:-1]
    length = max(len(here), len(there))
    left, right = (numbers + (0,) * (length - len(numbers)) for numbers in (here, there))
    return {
        "==": left == right,
        "!=": left != right,
        "<=": left <= right,
        ">=": left >= right,
        "<": left < right,
        ">": left > right,
    }[sign]


def _numbers(version: str) -> tuple[int, ...]:
    """The release numbers that a version begins with."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()


def with_requires(*requirements: str) -> Callable[[Any], Any]:
    """Decorator: the test is skipped unless all these packages, such as `numpy>=1.10`, are installed."""
    there = all(map(satisfied, requirements))
    return for_each_case(lambda case: _skipped_if(not there, f"requires: {','.join(requirements)}", case))


def without_requires(*requirements: str) -> Callable[[Any], Any]:
    """Decorator: the test is skipped if all these packages are installed."""
    there = all(map(satisfied, requirements))
    return for_each_case(lambda case: _skipped_if(there, f"requires: not {','.join(requirements)}", case))
