"""The same random numbers in each run of a test."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy

from ..backends import cuda
from .bundle import for_each_case

__all__ = ["do_setup", "do_teardown", "fix_random", "generate_seed"]

_SEED = 100
_kept: list[tuple[Any, Any]] = []


def do_setup(deterministic: bool = True) -> None:
    """Keep the states of the generators, and seed them; an inner call leaves them alone.

    Args:
        deterministic: whether the seed is a fixed one.
    """
    _kept.append((random.getstate(), numpy.random.get_state()))
    if len(_kept) > 1:
        return
    random.seed(_SEED if deterministic else None)
    numpy.random.seed(_SEED if deterministic else None)
    if cuda.available:
        cuda.cupy.random.seed(_SEED if deterministic else None)


def do_teardown() -> None:
    """Give the generators of `random` and NumPy the states that they had before `do_setup`."""
    python_state, numpy_state = _kept.pop()
    if not _kept:
        random.setstate(python_state)
        numpy.random.set_state(numpy_state)


def generate_seed() -> int:
    """A seed for a generator of the test's own.

    Raises:
        AssertionError: the random numbers are not fixed; see `fix_random`.
    """
    assert _kept, "random is not set up"
    return int(numpy.random.randint(0x7FFFFFFF))


def fix_random(*, setup_method: str = "setUp", teardown_method: str = "tearDown") -> Callable[[Any], Any]:
    """Decorator of a test method or class: in each test the same random numbers are drawn.

    Args:
        setup_method, teardown_method: of a class, the methods called before and after each test.
    """

    def decorate(target: Any) -> Any:
        return (
            _fixed_class(target, setup_method, teardown_method)
            if isinstance(target, type)
            else _fixed(target)
        )

    return for_each_case(decorate)


def _fixed(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def run(*args: Any, **kwargs: Any) -> Any:
        do_setup()
        try:
            return method(*args, **kwargs)
        finally:
            do_teardown()

    return run


def _fixed_class(case: type, setup_method: str, teardown_method: str) -> type:
    set_up = getattr(case, setup_method, lambda self, *args: None)
    tear_down = getattr(case, teardown_method, lambda self, *args: None)

    def seeded_set_up(self: Any, *args: Any) -> None:
        do_setup()
        try:
            set_up(self, *args)
        except BaseException:  # then nobody calls the other method
            do_teardown()
            raise

    def restoring_tear_down(self: Any, *args: Any) -> None:
        try:
            tear_down(self, *args)
        finally:
            do_teardown()

    setattr(case, setup_method, functools.wraps(set_up)(seeded_set_up))
    setattr(case, teardown_method, functools.wraps(tear_down)(restoring_tear_down))
    return case
