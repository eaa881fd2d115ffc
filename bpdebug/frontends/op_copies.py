"""Fresh copies of ops that a script has applied, computed on other arrays while nobody watches.

The script's own arrays, its graph and its random numbers stay as they are.
"""

from __future__ import annotations

import contextlib
import copy
import weakref
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import numpy as np

__all__ = ["OpCopies", "cast", "host"]

Array = np.ndarray


class OpCopies:
    """Makes copies of the ops of one engine, and of the script's own.

    Args:
        engine: the engine package that the script runs on.
    """

    def __init__(self, engine: ModuleType) -> None:
        self._engine = engine

    def outputs(self, node: Any, xs: Sequence[Array]) -> list[Array]:
        """What a copy of the op gives for these inputs."""
        return [host(y.array) for y in self.applied(node, xs)[1]]

    def applied(self, node: Any, xs: Sequence[Array]) -> tuple[Any, Sequence[Any]]:
        """A fresh copy of the op, and its output variables; always from the same random state."""
        fresh = self.copy(node, all(x.dtype == np.float64 for x in xs if x.dtype.kind == "f"))
        np.random.seed(0)
        variable = self._engine.Variable
        if node.foreign:  # the script's own code may write into what it is given
            xs = [x.copy() for x in xs]
        return fresh, fresh.apply([variable(x, requires_grad=x.dtype.kind == "f") for x in xs])

    def copy(self, node: Any, exact: bool = False) -> Any:
        """The op without the place that the original has in the graph.

        Args:
            exact: whether settings that are arrays of floating-point numbers are converted to float64.
        """
        functions = self._engine.functions
        if isinstance(node, functions.op.Op) and type(node).__module__.startswith(
            self._engine.__name__ + "."
        ):
            settings = {name: _exact(value) if exact else value for name, value in node.settings().items()}
            return type(node).of_settings(settings)
        adapter = self._engine.function.FunctionAdapter
        if isinstance(node, adapter):
            inner = _own_copy(node.function, ("_node", "_owned_node"))
            fresh = adapter(inner)
            inner._node = weakref.ref(fresh)
            return fresh
        return _own_copy(node, ("inputs", "outputs", "watch_id", "watch_given", "_kept_y", "rank", "stack"))

    @contextlib.contextmanager
    def unseen(self, train: bool) -> Iterator[None]:
        """Inside, no observer hears of anything, and the random state is given back at the end."""
        state = np.random.get_state()
        using = self._engine.using_config
        try:
            with (
                self._engine.events.unobserved(),
                using("train", train),
                using("enable_backprop", True),
                np.errstate(all="ignore"),
            ):
                yield
        finally:
            np.random.set_state(state)


def host(array: Any) -> Array:
    """A copy in host memory."""
    return np.array(array.get() if hasattr(array, "get") else array)


def cast(array: Array, dtype: Any) -> Array:
    """Floating-point numbers in `dtype`, if that is given."""
    return array.astype(dtype) if dtype is not None and array.dtype.kind == "f" else array


def _exact(value: Any) -> Any:
    """A setting of an op, in float64 where it is an array or a dtype of floating-point numbers."""
    if isinstance(value, np.dtype) and value.kind == "f":
        return np.dtype(np.float64)
    return cast(host(value), np.float64) if hasattr(value, "shape") and hasattr(value, "dtype") else value


def _own_copy(thing: Any, left_out: tuple[str, ...]) -> Any:
    """A copy with arrays of its own, and without the place that the original has in the graph."""
    fresh = copy.copy(thing)
    for name, value in list(vars(fresh).items()):
        if name in left_out:
            del fresh.__dict__[name]
        elif isinstance(value, np.ndarray):
            fresh.__dict__[name] = value.copy()
    return fresh
