"""Names for the engine's links and parameters, by who owns them: `MLP.l1`, `MLP.l1.W`.

A name, once given, stays for the run, whatever the script does with the link later. A link or a parameter that is
an attribute of a link, but not registered in it, is named after that attribute, and the log says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..log.writer import LogWriter
from .weak_table import WeakTable

__all__ = ["LinkNames"]

_MAX_LEVELS = 100


class _Named(NamedTuple):
    """What is known of a link: its path, its scope in the log, and whether all owners know what they hold."""

    path: str
    scope: int
    registered: bool


class LinkNames:
    """Paths of links, in the order in which the run meets them.

    Args:
        writer: where scopes are defined.
        made: the sites where links and parameters were constructed.
    """

    def __init__(self, writer: LogWriter, made: WeakTable[int] | None = None) -> None:
        self._writer = writer
        self._made: WeakTable[int] = WeakTable() if made is None else made
        self._known: WeakTable[_Named] = WeakTable()
        self._roots_of_class: dict[str, int] = {}
        self._orphans: dict[str, int] = {}

    def scope_of(self, link: Any, caller: Any = None) -> int:
        """The id of the scope that a call of `link` is; `caller` is the link whose call encloses it."""
        return self._named(link, caller).scope

    def path_of(self, link: Any, caller: Any = None) -> str:
        """Class name of the outermost owner, then attribute names; a second `MLP` is `MLP~2`."""
        return self._named(link, caller).path

    def name_of_parameter(self, parameter: Any, user: Any = None) -> tuple[str, bool]:
        """Path of its link and its own name, and whether it is registered all the way up.

        One without a link is named after the attribute of `user` (the link whose call uses it) that holds it, or else
        has its own name, made unique.
        """
        name = parameter.name or type(parameter).__name__
        owner = _owner_of(parameter)
        if owner is not None:
            link = self._named(owner)
            return f"{link.path}.{name}", link.registered
        holder, attribute = self._holder(parameter, user)
        if attribute:
            return f"{self.path_of(holder)}.{attribute}", False
        return _numbered(name, self._orphans), True

    def made_at(self, thing: Any) -> int | None:
        """The site where a link or parameter was constructed, or else where what holds it was."""
        for _ in range(_MAX_LEVELS):
            site = self._made.get(thing)
            if site is not None:
                return site
            thing = _owner_of(thing)
            if thing is None:
                break
        return None

    def _named(self, link: Any, caller: Any = None) -> _Named:
        known = self._known.get(link)
        if known is None:
            known = self._meet(link, caller)
            self._known.set(link, known)
        return known

    def _holder(self, thing: Any, caller: Any) -> tuple[Any, str]:
        """A link of whose attributes one is `thing`, and which; the one that calls it is asked first."""
        for link in (caller, *self._made.things()):
            if link is not None and link is not thing and hasattr(link, "init_scope"):
                attribute = _attribute_that_holds(link, thing)
                if attribute and not self._is_within(link, thing):
                    return link, attribute
        return None, ""

    def _is_within(self, link: Any, thing: Any) -> bool:
        """Whether `link` is a part of `thing`: a part that knows its whole doesn't hold it."""
        for _ in range(_MAX_LEVELS):
            if link is None or link is thing:
                break
            link = _owner_of(link)
        return link is thing

    def _meet(self, link: Any, caller: Any) -> _Named:
        names = []
        outermost = link
        for _ in range(_MAX_LEVELS):
            owner = _owner_of(outermost)
            if owner is None or owner is link:
                break
            names.append(str(outermost.name))
            outermost = owner
        registered = True
        if outermost is not link:
            top = self._named(outermost)
            path, registered = ".".join([top.path, *reversed(names)]), top.registered
        else:
            holder, attribute = self._holder(link, caller)
            if attribute:
                path, registered = f"{self.path_of(holder)}.{attribute}", False
            else:
                path = _numbered(type(link).__name__, self._roots_of_class)
        cls = type(link)
        own = cls.__module__.partition(".")[0] not in ("chainer", "engine")
        scope = self._writer.scope(path, cls.__name__, self.made_at(link), registered, own)
        return _Named(path, scope, registered)


def _owner_of(thing: Any) -> Any:
    reference = getattr(thing, "_owner", None)
    return None if reference is None else reference()


def _attribute_that_holds(link: Any, thing: Any) -> str:
    """The name of the attribute of `link` in which `thing` is, directly or in a list or dict; empty if in none."""
    return next((name for name, value in _attributes(link) if value is thing), "")


def _attributes(link: Any) -> Iterator[tuple[str, Any]]:
    # Copies: another thread, or a finalizer, may give the link another attribute meanwhile.
    for name, value in vars(link).copy().items():
        yield name, value
        if type(value) in (list, tuple):
            for place, member in enumerate(value):
                yield f"{name}.{place}", member
        elif type(value) is dict:
            for key, member in value.copy().items():
                yield f"{name}.{key}", member


def _numbered(name: str, counts: dict[str, int]) -> str:
    """`name` for the first, `name~2` for the second ..."""
    counts[name] = count = counts.get(name, 0) + 1
    return name if count == 1 else f"{name}~{count}"
