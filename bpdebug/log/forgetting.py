"""What tables of live objects, by their identity, do when one of them goes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

__all__ = ["forgetting"]


def forgetting(entries: dict[int, Any], key: int) -> Callable[[Any], object]:
    """What takes an entry away, for the weak reference to its object to call; `key` is the id of that.

    No Python code runs in it, and so no handler of a signal: what that raises, such as the KeyboardInterrupt of a
    Ctrl-C, would be lost here. The id is nobody else's yet when it is called.
    """
    return partial(entries.pop, key)  # the reference is the default
