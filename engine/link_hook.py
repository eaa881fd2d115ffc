"""LinkHook: what a script lets happen before and after links are called.

Between `with hook:` and its end a hook sees the calls of all links in this thread; added to a link by
`link.add_hook(hook)` it sees those of this one. With no hook a call costs two truth tests.
Not a source of the engine's events: those are in `events.py`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["LinkHook"]

installed: list[None] = []
"""As long as it is empty, no hook sees all links, in no thread; a link knows its own hooks."""


class _Thread(threading.local):
    def __init__(self) -> None:
        self.hooks: dict[str, LinkHook] = {}


_thread = _Thread()


class _ForwardPreprocessCallbackArgs(NamedTuple):
    link: Any
    forward_name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class _ForwardPostprocessCallbackArgs(NamedTuple):
    link: Any
    forward_name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    out: Any


class LinkHook:
    """Base of link hooks; a subclass defines some of the methods.

    Attributes:
        name: by which it is told from others; one of a name at a time.
    """

    name = "LinkHook"

    def __enter__(self) -> LinkHook:
        if self.name in _thread.hooks:
            raise KeyError(f"hook {self.name} already exists")
        _thread.hooks[self.name] = self
        installed.append(None)
        self.added(None)
        return self

    def __exit__(self, *args: Any) -> None:
        _thread.hooks[self.name].deleted(None)
        del _thread.hooks[self.name]
        installed.pop()

    def added(self, link: Any) -> None:
        """Called when the hook is put in; `link` is None for all links."""

    def deleted(self, link: Any) -> None:
        """Called when the hook is taken out; `link` is None for all links."""

    def forward_preprocess(self, args: _ForwardPreprocessCallbackArgs) -> None:
        """Called before a link's call, with `link`, `forward_name`, `args` and `kwargs` of the call."""

    def forward_postprocess(self, args: _ForwardPostprocessCallbackArgs) -> None:
        """Called after a link's call; `args.out` is what it returned."""


class HookedLink:
    """What a link has for hooks of its own."""

    _link_hooks: dict[str, LinkHook] | None = None

    @property
    def local_link_hooks(self) -> dict[str, LinkHook]:
        """The hooks of this link alone, by name."""
        return {} if self._link_hooks is None else self._link_hooks

    def add_hook(self, hook: LinkHook, name: str | None = None) -> Any:
        """Let a hook see the calls of this link.

        Args:
            hook: the hook.
            name: by default the hook's own name.

        Returns:
            This link.

        Raises:
            TypeError: it is no link hook.
            KeyError: the link has a hook of that name.
        """
        if not isinstance(hook, LinkHook):
            raise TypeError(f"Hook must be of type LinkHook, not {type(hook).__name__}")
        name = hook.name if name is None else name
        hooks = dict(self.local_link_hooks)
        if name in hooks:
            raise KeyError(f"Hook {name} already exists")
        hooks[name] = hook
        object.__setattr__(self, "_link_hooks", hooks)
        try:
            hook.added(self)
        except BaseException:  # the hook refuses this link
            del hooks[name]
            raise
        return self

    def delete_hook(self, name: str) -> None:
        """Take a hook of this link out.

        Raises:
            KeyError: there is none of that name.
        """
        hooks = dict(self.local_link_hooks)
        if name not in hooks:
            raise KeyError(f"Hook {name} does not exist")
        hook = hooks.pop(name)
        object.__setattr__(self, "_link_hooks", hooks or None)
        hook.deleted(self)


def hooked(call: Callable[..., Any], link: Any) -> Callable[..., Any]:
    """`call`, the link's forward, between the hooks of this thread and of this link."""
    hooks = [*_thread.hooks.values(), *link.local_link_hooks.values()]
    if not hooks:
        return call

    def calling(*args: Any, **kwargs: Any) -> Any:
        before = _ForwardPreprocessCallbackArgs(link, "forward", args, kwargs)
        for hook in hooks:
            hook.forward_preprocess(before)
        out = call(*args, **kwargs)
        after = _ForwardPostprocessCallbackArgs(link, "forward", args, kwargs, out)
        for hook in hooks:
            hook.forward_postprocess(after)
        return out

    return calling
