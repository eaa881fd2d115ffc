"""Tests that are run several times, because they draw random numbers."""

from __future__ import annotations

import functools
import traceback
import unittest
from collections.abc import Callable
from typing import Any

__all__ = ["repeat", "repeat_with_success_at_least", "retry"]


def repeat_with_success_at_least(times: int, min_success: int) -> Callable[[Any], Any]:
    """Decorator of a test method: it is run until it has succeeded often enough.

    Before and after each run `setUp` and `tearDown` are called.

    Args:
        times: how often it is run at most.
        min_success: how often it must succeed.
    """
    assert 0 < min_success <= times

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def run(self: Any, *args: Any, **kwargs: Any) -> None:
            successes, failures = 0, []
            while successes < min_success:
                try:
                    _once(self, method, args, kwargs)
                    successes += 1
                except unittest.SkipTest:
                    raise
                except Exception as error:
                    failures.append(error)
                if len(failures) > times - min_success:
                    first = "".join(traceback.format_exception(failures[0]))
                    raise AssertionError(
                        f"failed {len(failures)} times and succeeded {successes} times, where {min_success} of {times} "
                        f"are wanted; the first failure:\n{first}"
                    ) from failures[0]

        return run

    return decorate


def _once(case: Any, method: Callable[..., Any], args: Any, kwargs: Any) -> None:
    getattr(case, "setUp", lambda: None)()
    try:
        method(case, *args, **kwargs)
    finally:
        getattr(case, "tearDown", lambda: None)()


def repeat(times: int) -> Callable[[Any], Any]:
    """Decorator of a test method: it must succeed so many times in a row."""
    return repeat_with_success_at_least(times, times)


def retry(times: int) -> Callable[[Any], Any]:
    """Decorator of a test method: it must succeed once in so many times."""
    return repeat_with_success_at_least(times, 1)
