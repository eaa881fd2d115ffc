"""Hooks that run before and after an update, of an optimizer or of one parameter's rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Hooks"]


class Hooks:
    """Two lists of named hooks, in the order in which they were added."""

    def __init__(self) -> None:
        self.pre: dict[str, Callable[..., Any]] = {}
        self.post: dict[str, Callable[..., Any]] = {}

    def add(self, hook: Callable[..., Any], name: str | None, timing: str) -> None:
        """Add a hook.

        Args:
            hook: what to call.
            name: by default `hook.name`, else the function's name.
            timing: `pre`, `post`, or `auto` for what `hook.timing` says (`pre` if it says nothing).

        Raises:
            TypeError: it can't be called.
            ValueError: no such timing.
            KeyError: there is a hook of that name.
        """
        if not callable(hook):
            raise TypeError(f"hook function must be callable, but it is {hook!r}")
        if timing not in ("pre", "post", "auto"):
            raise ValueError(f"timing must be one of ('pre', 'post', 'auto'), not {timing!r}")
        if timing == "auto":
            timing = getattr(hook, "timing", "pre")
        if name is None:
            name = getattr(hook, "name", getattr(hook, "__name__", type(hook).__name__))
        if name in self.pre or name in self.post:
            raise KeyError(f'hook "{name}" already exists')
        (self.pre if timing == "pre" else self.post)[name] = hook

    def remove(self, name: str) -> None:
        """Take a hook out.

        Raises:
            KeyError: there is none of that name.
        """
        for hooks in (self.pre, self.post):
            if name in hooks:
                del hooks[name]
                return
        known = ", ".join([*self.pre, *self.post]) or "none"
        raise KeyError(f"there is no hook {name!r}; known are: {known}")
