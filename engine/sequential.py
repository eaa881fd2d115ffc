"""Sequential: links and functions, one after the other."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .link import ChainList, Link
from .link.printing import nested

__all__ = ["Sequential"]


class Sequential(ChainList):
    """A list of links and functions; called, it hands each one's result to the next.

    A result that is a tuple is handed on as several arguments, a dict as keyword arguments.
    A link's name is its number among the links, which are numbered as Chainer does it (files depend on it): a new
    link comes right behind the first link before it in the list. So `Sequential(a, b, c)` numbers a 0, c 1, b 2.

    Args:
        layers: links, functions, or anything else that can be called.

    Raises:
        ValueError: one of them can't be called.
    """

    def __init__(self, *layers: Callable[..., Any]) -> None:
        super().__init__()
        self._layers: list[Any] = []
        self._become_layers(list(layers))

    def forward(self, *x: Any) -> Any:
        """Call all layers in turn.

        Raises:
            RuntimeError: there is no layer.
        """
        if not self._layers:
            raise RuntimeError("Sequential does not have any layer.")
        for layer in self._layers:
            if isinstance(x, tuple):
                x = layer(*x)
            elif isinstance(x, dict):
                x = layer(**x)
            else:
                x = layer(x)
        return x

    # ---- as a list ----

    def __len__(self) -> int:
        return len(self._layers)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._layers)

    def __contains__(self, layer: object) -> bool:
        return layer in self._layers

    def __getitem__(self, index: int | slice) -> Any:
        return self._layers[index]

    def __setitem__(self, index: int | slice, value: Any) -> None:
        if isinstance(index, slice):
            layers = list(self._layers)
            layers[index] = value
            self._become_layers(layers)
            return
        _check_callable(value)
        place = range(len(self._layers))[index]
        del self[place]
        self.insert(place, value)

    def __delitem__(self, index: int | slice) -> None:
        removed = self._layers[index] if isinstance(index, slice) else [self._layers[index]]
        children = list(self._children)
        for layer in removed:
            if isinstance(layer, Link):
                del children[next(i for i, child in enumerate(children) if child is layer)]
        del self._layers[index]
        self._become(children)

    def append(self, layer: Callable[..., Any]) -> None:
        """Put a layer at the end.

        Raises:
            ValueError: it can't be called.
        """
        self.insert(len(self), layer)

    def insert(self, i: int, layer: Callable[..., Any]) -> None:
        """Put a layer before the one at `i`, or at the end.

        Raises:
            IndexError: there is no such place.
            ValueError: it can't be called.
        """
        _check_callable(layer)
        if not -len(self) <= i <= len(self):
            raise IndexError(f"Index out of range: {i}, in a Sequential of {len(self)} layers")
        place = slice(i, None).indices(len(self._layers))[0]
        if isinstance(layer, Link):
            children = list(self._children)
            children.insert(self._number_at(place), layer)
            self._become(children)
        self._layers.insert(place, layer)

    def pop(self, i: int = -1) -> Any:
        """Take out a layer, by default the last one, and return it."""
        layer = self[i]
        del self[i]
        return layer

    def remove(self, layer: Callable[..., Any]) -> None:
        """Take out the first layer that equals `layer`; ValueError if there is none."""
        del self[self.index(layer)]

    def index(self, layer: Callable[..., Any], start: int | None = None, end: int | None = None) -> int:
        """The place of the first layer that equals `layer`, from `start` and before `end`; ValueError if none does."""
        return self._layers.index(layer, start or 0, len(self) if end is None else end)

    def count(self, layer: Callable[..., Any]) -> int:
        """How many layers equal `layer`."""
        return self._layers.count(layer)

    def extend(self, sequential: Iterable[Callable[..., Any]]) -> None:
        """Put all layers of another sequence at the end."""
        for layer in list(sequential):
            self.append(layer)

    def clear(self) -> None:
        """Take all layers out."""
        self._become_layers([])

    def __add__(self, other: Any) -> Any:
        return Sequential(*self._layers, *_layers_of(other))

    def __iadd__(self, other: Any) -> Any:
        self.extend(_layers_of(other))
        return self

    def count_by_layer_type(self, type_name: str) -> int:
        """How many layers are links of the class, or functions, of this name."""
        return sum(_type_name(layer) == type_name for layer in self._layers)

    def remove_by_layer_type(self, type_name: str) -> None:
        """Take out all layers that are links of the class, or functions, of this name."""
        for place in reversed(range(len(self._layers))):
            if _type_name(self._layers[place]) == type_name:
                del self[place]

    def flatten(self) -> Sequential:
        """A Sequential with the layers of the Sequentials in this one in their places."""
        flat: list[Any] = []
        for layer in self._layers:
            flat += layer.flatten() if isinstance(layer, Sequential) else [layer]
        return Sequential(*flat)

    def _number_at(self, place: int) -> int:
        """The number of a new link that is put at `place`."""
        if place == 0:
            return 0
        before = (i for i, layer in enumerate(self._layers[:place]) if isinstance(layer, Link))
        return next(before, 0) + 1

    def _become_layers(self, layers: list[Any]) -> None:
        for layer in layers:
            _check_callable(layer)
        self._become([])
        self._layers[:] = []
        for layer in layers:
            self.append(layer)

    # ---- copies ----

    def copyparams(self, link: Link, copy_persistent: bool = True) -> None:
        if not isinstance(link, Sequential):
            raise ValueError(
                "Objects other than Sequential object cannot be copied to a Sequential object. "
                f"Actual: {type(link).__name__}"
            )
        super().copyparams(link, copy_persistent)

    def _share(self) -> Any:
        twin: Any = super()._share()
        twins: dict[int, list[Any]] = {}  # lists, because one link may be in several places
        for child, copied in zip(self._children, twin._children, strict=True):
            twins.setdefault(id(child), []).append(copied)
        twin._layers = [
            twins[id(layer)].pop() if isinstance(layer, Link) else copy.copy(layer) for layer in self._layers
        ]
        return twin

    def __str__(self) -> str:
        return nested(type(self).__name__, enumerate(self._layers))


def _check_callable(layer: Any) -> None:
    if not callable(layer):
        raise ValueError(
            f"All elements of the argument should be callable. But given {layer} is not callable."
        )


def _layers_of(other: Any) -> list[Any]:
    if not isinstance(other, Sequential):
        raise ValueError(
            f"add (+) operator supports only objects of Sequential class, but {type(other)} is given."
        )
    return other._layers


def _type_name(layer: Any) -> str:
    return type(layer).__name__ if isinstance(layer, Link) else getattr(layer, "__name__", "")
