"""The base of updaters: what one step of a training loop is."""

from __future__ import annotations

from typing import Any

__all__ = ["Updater"]


class Updater:
    """Makes one step at each `update()`; a subclass defines all of it."""

    def connect_trainer(self, trainer: Any) -> None:
        """Called by the trainer that takes it."""

    def finalize(self) -> None:
        """Let go of what it holds; called after the training loop."""

    def get_optimizer(self, name: str) -> Any:
        """The optimizer of that name."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define get_optimizer(name)")

    def get_all_optimizers(self) -> dict[str, Any]:
        """All optimizers by name."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define get_all_optimizers()")

    def update(self) -> None:
        """Make one step."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define update()")

    def serialize(self, serializer: Any) -> None:
        """Save its state into a serializer, or load it from one."""
        raise NotImplementedError(f"{type(self).__name__} doesn't define serialize(serializer)")


def __getattr__(name: str) -> Any:
    """The updaters that Chainer's module of this name had before they moved."""
    if name in ("ParallelUpdater", "StandardUpdater"):
        from . import updaters

        return getattr(updaters, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
