"""How a link's call is told to observers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import events

__all__ = ["announced", "announcing"]


def announced(call: Callable[..., Any], link: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `call` for `link`, and tell the observers before and after."""
    events.tell.ScopeEntered(link, args, kwargs)
    done = False
    try:
        result = call(*args, **kwargs)
        done = True
        return result
    finally:
        events.tell.ScopeExited(link, not done)


def announcing(call: Callable[..., Any]) -> Callable[..., Any]:
    """A script's own `__call__`, as older scripts define it, which tells observers as `Link.__call__` does."""

    @functools.wraps(call)
    def telling(self: Any, *args: Any, **kwargs: Any) -> Any:
        # A __call__ that calls super().__call__ is one call of one link: only the outermost tells.
        if events.observers and type(self).__call__ is telling:
            return announced(functools.partial(call, self), self, args, kwargs)
        return call(self, *args, **kwargs)

    return telling
