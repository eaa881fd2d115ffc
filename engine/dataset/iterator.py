"""The base of what hands out a dataset in batches."""

from __future__ import annotations

from typing import Any

__all__ = ["Iterator"]


class Iterator:
    """Gives a batch, a list of examples, at each `next()`; a subclass defines `__next__`."""

    def __iter__(self) -> Iterator:
        return self

    def __next__(self) -> list[Any]:
        raise NotImplementedError(f"{type(self).__name__} doesn't define __next__()")

    def next(self) -> list[Any]:
        """The next batch, as `next(iterator)` gives it."""
        return self.__next__()

    def finalize(self) -> None:
        """Let go of what the iterator holds, such as worker processes."""

    def serialize(self, serializer: Any) -> None:
        """Save where it stands into a serializer, or go to where a saved one stood."""

    def __enter__(self) -> Iterator:
        return self

    def __exit__(self, *args: Any) -> None:
        self.finalize()
