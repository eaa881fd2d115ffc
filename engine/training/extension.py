"""Extensions: what a trainer calls besides the updates, such as evaluation, logs and snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["PRIORITY_EDITOR", "PRIORITY_READER", "PRIORITY_WRITER", "Extension", "make_extension"]

PRIORITY_WRITER = 300
"""Of extensions that add to the observation; they are called first."""
PRIORITY_EDITOR = 200
"""Of those that change what is in it."""
PRIORITY_READER = 100
"""Of those that only read it."""

_GONE = "invoke_before_training has been removed since Chainer v2.0.0. Use initializer= instead."


class Extension:
    """Base of extensions that are classes; a subclass defines `__call__(trainer)`.

    Attributes:
        trigger: when it is called, unless `Trainer.extend` is told otherwise; see `get_trigger`.
        priority: the higher, the earlier among those whose triggers fire at once.
        name: what its trainer calls it.
    """

    trigger: Any = (1, "iteration")
    priority = PRIORITY_READER
    name: str | None = None

    @property
    def default_name(self) -> str:
        """Its name in a trainer unless `Trainer.extend` is told otherwise."""
        return type(self).__name__

    def __call__(self, trainer: Any) -> Any:
        """Do its work; called when the trigger fires."""
        raise NotImplementedError("Extension implementation must override __call__.")

    def initialize(self, trainer: Any) -> Any:
        """Called once before the training loop."""

    def finalize(self) -> None:
        """Called once after the training loop, also if it failed."""

    def on_error(self, trainer: Any, exc: BaseException, tb: Any) -> None:
        """Called when an exception leaves the training loop, before `finalize`."""

    def serialize(self, serializer: Any) -> None:
        """Save its state into a serializer, or load it from one."""


def make_extension(
    trigger: Any = None,
    default_name: str | None = None,
    priority: int | None = None,
    finalizer: Callable[[], Any] | None = None,
    initializer: Callable[[Any], Any] | None = None,
    on_error: Callable[..., Any] | None = None,
    **kwargs: Any,
) -> Callable[[Any], Any]:
    """A decorator that makes an extension of a function (or anything that is called with the trainer).

    Args:
        trigger: when it is called; None: at every iteration.
        default_name: its name; None: that of the function.
        priority: None: that of a reader.
        finalizer, initializer, on_error: called as the methods of `Extension` are.

    Raises:
        ValueError: the argument `invoke_before_training` of old.
        TypeError: any other argument.
    """
    refuse_unexpected("make_extension", kwargs)

    def decorator(ext: Any) -> Any:
        ext.trigger = Extension.trigger if trigger is None else trigger
        ext.default_name = ext.__name__ if default_name is None else default_name
        ext.priority = Extension.priority if priority is None else priority
        ext.finalize = finalizer
        ext.initialize = initializer
        ext.on_error = on_error
        return ext

    return decorator


def refuse_unexpected(function: str, kwargs: dict[str, Any]) -> None:
    """Raise for arguments that nobody knows.

    Raises:
        ValueError: `invoke_before_training`, which Chainer had long ago.
        TypeError: any other argument.
    """
    if "invoke_before_training" in kwargs:
        raise ValueError(_GONE)
    if kwargs:
        names = ", ".join(repr(name) for name in kwargs)
        raise TypeError(f"{function}() got unexpected keyword argument(s) {names}")
