"""A property that is computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..configuration import config

__all__ = ["cached_property"]


class cached_property:  # noqa: N801 - it is used as `property` is
    """A property that keeps what it computed, once with and once without `config.enable_backprop`.

    A value computed without has no graph, and so must not serve where a graph is wanted.

    Args:
        func: the getter.
    """

    def __init__(self, func: Callable[[Any], Any]) -> None:
        self.__doc__ = func.__doc__
        self._func = func
        self._name = func.__name__

    def __get__(self, obj: Any, objtype: type | None = None) -> Any:
        if obj is None:
            return self
        kept = obj.__dict__.setdefault(f"_cached_{self._name}", {})
        with_graph = bool(config.enable_backprop)
        if with_graph not in kept:
            kept[with_graph] = self._func(obj)
        return kept[with_graph]

    def __set__(self, obj: Any, value: Any) -> None:
        raise AttributeError(f"{self._name} is computed and can't be set")
