"""Chain: a link made of links that have names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..device_resident import DeviceResidentsVisitor, send_visitor
from ..parameter import Parameter
from .base import NO_INIT, Link, params_of
from .ownership import release, take
from .printing import nested

__all__ = ["Chain"]


class Chain(Link):
    """A link with child links: those assigned to attributes inside `with self.init_scope():`.

    Args:
        links: names of child links, each with its link.
    """

    _children: set[str] = NO_INIT

    def __init__(self, **links: Link) -> None:
        super().__init__()
        self._children = set()
        for name, link in links.items():
            self.add_link(name, link)

    def __getitem__(self, name: str) -> Any:
        """The attribute `name`."""
        return getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        children = self.__dict__.get("_children")
        if children is not None and (
            name in children or (self._within_init_scope and isinstance(value, Link))
        ):
            self._take_child(name, value)
        super().__setattr__(name, value)

    def _take_child(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if self._within_init_scope and isinstance(value, Link) and hasattr(self, name):
            raise AttributeError(f"cannot register a new link {name}: attribute exists")
        if isinstance(before, Link) and before is not value:
            release(self, before)
        if isinstance(value, Link):
            take(self, value, name)
            self._children.add(name)
        else:
            self._children.discard(name)

    def __delattr__(self, name: str) -> None:
        child = self.__dict__.get(name)
        super().__delattr__(name)
        if isinstance(child, Link):
            release(self, child)
        self._children.discard(name)

    def add_link(self, name: str, link: Link) -> None:
        """Register a child link; `init_scope` does the same with an assignment.

        Raises:
            AttributeError: the chain has that attribute already.
            TypeError: `link` is no link, or `name` no string.
        """
        if not isinstance(name, str):
            raise TypeError(f"add_link: the name must be a string, not {type(name).__name__}: {name!r}")
        if not isinstance(link, Link):
            raise TypeError(f"cannot register a non-link object as a child: {name} is {type(link).__name__}")
        if name in self.__dict__:
            raise AttributeError(f"cannot register a new link {name}: attribute exists")
        with self.init_scope():
            setattr(self, name, link)

    def _initialize_anew(self) -> None:
        super()._initialize_anew()
        # Once more, link by link: Chainer draws so many numbers, and what is made next goes on behind them.
        for child in self.children():
            child._initialize_anew()

    # ---- what is in it ----

    def _all_params(self, include_uninit: bool) -> list[Parameter]:
        found = super()._all_params(include_uninit)
        values = self.__dict__
        for name in sorted(self._children):
            found += params_of(values[name], include_uninit)
        return found

    def namedparams(self, include_uninit: bool = True) -> Iterator[tuple[str, Parameter]]:
        yield from super().namedparams(include_uninit)
        for name in sorted(self._children):
            for path, param in self.__dict__[name].namedparams(include_uninit):
                yield f"/{name}{path}", param

    def links(self, skipself: bool = False) -> Iterator[Link]:
        if not skipself:
            yield self
        for child in self.children():
            yield from child.links()

    def namedlinks(self, skipself: bool = False) -> Iterator[tuple[str, Link]]:
        if not skipself:
            yield "/", self
        for name in sorted(self._children):
            child = self.__dict__[name]
            yield "/" + name, child
            for path, link in child.namedlinks(True):
                yield f"/{name}{path}", link

    def children(self) -> Iterator[Link]:
        for name in sorted(self._children):
            yield self.__dict__[name]

    # ---- what goes through all of it ----

    def device_resident_accept(self, visitor: DeviceResidentsVisitor) -> None:
        super().device_resident_accept(visitor)
        for child in self.children():
            send_visitor(visitor, child)

    def copyparams(self, link: Link, copy_persistent: bool = True) -> None:
        super().copyparams(link, copy_persistent)
        for name in sorted(self._children):
            self.__dict__[name].copyparams(self._counterpart_in(link.__dict__, name, link), copy_persistent)

    def serialize(self, serializer: Any) -> None:
        super().serialize(serializer)
        for name in sorted(self._children):
            self.__dict__[name].serialize(serializer[name])

    def _share(self) -> Chain:
        twin = super()._share()
        twin._children = set(self._children)
        for name in twin._children:
            child = twin.__dict__[name].copy("share")
            twin.__dict__[name] = child
            take(twin, child, name)
        return twin

    def _adopt(self) -> None:
        super()._adopt()
        for name in self._children:
            take(self, self.__dict__[name], name)

    def __str__(self) -> str:
        return nested(type(self).__name__, [(child.name, child) for child in self.children()])
