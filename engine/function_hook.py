"""FunctionHook: what a script lets happen before and after ops, forward and backward.

Between `with hook:` and its end a hook sees all ops of this thread; added to a function by `function.add_hook(hook)`
it sees those of this one. With no hook anywhere an op costs one truth test of `installed`. A hook sees neither
outputs nor input gradients; who wants them observes the engine's events, see `events.py`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["FunctionHook", "get_function_hooks"]

installed: list[None] = []
"""As long as it is empty no function is hooked, in no thread."""


class _Thread(threading.local):
    def __init__(self) -> None:
        self.hooks: dict[str, FunctionHook] = {}


_thread = _Thread()


class FunctionHook:
    """Base of function hooks; a subclass defines some of the methods.

    Each of the four gets the function (a `FunctionNode`) and the tuple of its input arrays; those of the backward
    pass also the tuple of its output gradients, arrays or None.

    Attributes:
        name: by which it is told from others; one of a name at a time.
    """

    name = "FunctionHook"

    def __enter__(self) -> Any:
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

    def added(self, function: Any) -> None:
        """Called when the hook is put in; `function` is None for all functions."""

    def deleted(self, function: Any) -> None:
        """Called when the hook is taken out; `function` is None for all functions."""

    def forward_preprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        """Called before an op computes its outputs."""

    def forward_postprocess(self, function: Any, in_data: tuple[Any, ...]) -> None:
        """Called after an op has computed its outputs."""

    def backward_preprocess(self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]) -> None:
        """Called before an op gives its input gradients."""

    def backward_postprocess(
        self, function: Any, in_data: tuple[Any, ...], out_grad: tuple[Any, ...]
    ) -> None:
        """Called after an op has given its input gradients."""


def get_function_hooks() -> dict[str, FunctionHook]:
    """The hooks that see all functions of this thread, by name."""
    return _thread.hooks


class HookedFunction:
    """What a function node has for hooks of its own."""

    _function_hooks: dict[str, FunctionHook] | None = None

    @property
    def local_function_hooks(self) -> dict[str, FunctionHook]:
        """The hooks of this function alone, by name."""
        return {} if self._function_hooks is None else self._function_hooks

    def add_hook(self, hook: FunctionHook, name: str | None = None) -> None:
        """Let a hook see this function.

        Args:
            hook: the hook.
            name: by default the hook's own name.

        Raises:
            TypeError: it is no function hook.
            KeyError: the function has a hook of that name.
        """
        if not isinstance(hook, FunctionHook):
            raise TypeError(f"Hook must be of type FunctionHook, not {type(hook).__name__}")
        name = hook.name if name is None else name
        if name in self.local_function_hooks:
            raise KeyError(f"Hook {name} already exists")
        self._function_hooks = {**self.local_function_hooks, name: hook}
        installed.append(None)
        hook.added(self)

    def delete_hook(self, name: str) -> None:
        """Take a hook of this function out.

        Raises:
            KeyError: there is none of that name.
        """
        hooks = dict(self.local_function_hooks)
        if name not in hooks:
            raise KeyError(f"Hook {name} does not exist")
        hook = hooks.pop(name)
        self._function_hooks = hooks or None
        installed.pop()
        hook.deleted(self)


def hooks_of(function: Any) -> list[FunctionHook]:
    """The hooks that see this function in this thread."""
    return [*_thread.hooks.values(), *function.local_function_hooks.values()]


@contextlib.contextmanager
def around_backward(function: Any, out_grad: tuple[Any, ...]) -> Iterator[None]:
    """Call the hooks of a function before and after what computes its input gradients."""
    hooks = hooks_of(function)
    in_data = tuple([x.data for x in function.inputs])
    for hook in hooks:
        hook.backward_preprocess(function, in_data, out_grad)
    yield
    for hook in hooks:
        hook.backward_postprocess(function, in_data, out_grad)
