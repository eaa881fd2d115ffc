"""ChainList: a link made of links that have numbers."""

from __future__ import annotations

from collections.abc import Iterator, MutableSequence
from typing import Any

from ..device_resident import DeviceResidentsVisitor, send_visitor
from ..errors import NotALink
from ..parameter import Parameter
from .base import NO_INIT, Link, params_of
from .ownership import release, take
from .printing import nested

__all__ = ["ChainList"]


class ChainList(Link, MutableSequence):
    """A list of links that is a link; a child's name is its index.

    Args:
        links: the child links.
    """

    _children: list[Link] = NO_INIT

    def __init__(self, *links: Link) -> None:
        super().__init__()
        self._children = []
        for link in links:
            self.add_link(link)

    def __setattr__(self, name: str, value: Any) -> None:
        if self._within_init_scope and isinstance(value, Link):
            raise TypeError(
                'cannot register a new link within a "with chainlist.init_scope():" block.\n'
                f"A {type(self).__name__} numbers its links: say self.append(link)."
            )
        super().__setattr__(name, value)

    # ---- as a list ----

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._children)

    def __getitem__(self, index: int | slice) -> Any:
        return self._children[index]

    def __setitem__(self, index: int | slice, value: Any) -> None:
        children = list(self._children)
        if isinstance(index, slice):
            value = list(value)
            for link in value:
                _check_link(link)
        else:
            _check_link(value)
        children[index] = value
        self._become(children)

    def __delitem__(self, index: int | slice) -> None:
        children = list(self._children)
        del children[index]
        self._become(children)

    def insert(self, index: int, link: Link) -> None:
        """Put a link before the one at `index`."""
        _check_link(link)
        children = list(self._children)
        children.insert(index, link)
        self._become(children)

    def add_link(self, link: Link) -> None:
        """Put a link at the end."""
        self.append(link)

    def _become(self, children: list[Link]) -> None:
        """Hold these links, each named by its place."""
        for child in self._children:
            release(self, child)
        self._children[:] = children
        self._number()

    def _number(self) -> None:
        for place, child in enumerate(self._children):
            take(self, child, str(place))

    # ---- what is in it ----

    def _all_params(self, include_uninit: bool) -> list[Parameter]:
        found = super()._all_params(include_uninit)
        for child in self._children:
            found += params_of(child, include_uninit)
        return found

    def namedparams(self, include_uninit: bool = True) -> Iterator[tuple[str, Parameter]]:
        yield from super().namedparams(include_uninit)
        for place, child in enumerate(self._children):
            for path, param in child.namedparams(include_uninit):
                yield f"/{place}{path}", param

    def links(self, skipself: bool = False) -> Iterator[Link]:
        if not skipself:
            yield self
        for child in self._children:
            yield from child.links()

    def namedlinks(self, skipself: bool = False) -> Iterator[tuple[str, Link]]:
        if not skipself:
            yield "/", self
        for place, child in enumerate(self._children):
            yield f"/{place}", child
            for path, link in child.namedlinks(True):
                yield f"/{place}{path}", link

    def children(self) -> Iterator[Link]:
        return iter(self._children)

    # ---- what goes through all of it ----

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        for child in self._children:
            send_visitor(visitor, child)

    def _initialize_anew(self) -> None:
        for child in self._children:
            child._initialize_anew()

    def copyparams(self, link: Link, copy_persistent: bool = True) -> None:
        super().copyparams(link, copy_persistent)
        others = list(link.children())
        if len(others) < len(self._children):
            raise IndexError(
                f"copyparams: {type(self).__name__} has {len(self._children)} links, "
                f"but {type(link).__name__} has only {len(others)}"
            )
        for child, other in zip(self._children, others, strict=False):
            child.copyparams(other, copy_persistent)

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        for place, child in enumerate(self._children):
            child.serialize(serializer[str(place)])

    def _share(self) -> ChainList:
        twin = super()._share()
        twin._children = [child.copy("share") for child in self._children]
        twin._number()
        return twin

    def _adopt(self) -> None:
        super()._adopt()
        self._number()

    def __str__(self) -> str:
        return nested(type(self).__name__, enumerate(self._children))


def _check_link(link: Any) -> None:
    if not isinstance(link, Link):
        raise NotALink(f"cannot register a non-link object as a child: {type(link).__name__}")
