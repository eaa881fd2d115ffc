"""Names for the engine's links and parameters, by who owns them: `MLP.l1`, `MLP.l1.W`.

A name, once given, stays for the run, whatever the script does with the link later.
"""

from __future__ import annotations

import weakref
from typing import Any

from ..log.writer import LogWriter

__all__ = ["LinkNames"]

_MAX_LEVELS = 100


class LinkNames:
    """Paths of links, in the order in which the run meets them.

    Args:
        writer: where scopes are defined.
    """

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer
        self._known: dict[int, tuple[weakref.ref[Any], str, int]] = {}
        self._roots_of_class: dict[str, int] = {}
        self._orphans: dict[str, int] = {}

    def scope_of(self, link: Any) -> int:
        """The id of the scope that a call of `link` is."""
        known = self._known.get(id(link))
        if known is None or known[0]() is not link:
            known = self._meet(link)
        return known[2]

    def path_of(self, link: Any) -> str:
        """Class name of the outermost owner, then attribute names; a second `MLP` is `MLP~2`."""
        known = self._known.get(id(link))
        if known is None or known[0]() is not link:
            known = self._meet(link)
        return known[1]

    def name_of_parameter(self, parameter: Any) -> str:
        """Path of its link and its own name; one without a link has its name, made unique."""
        name = parameter.name or type(parameter).__name__
        owner = _owner_of(parameter)
        if owner is not None:
            return f"{self.path_of(owner)}.{name}"
        return _numbered(name, self._orphans)

    def _meet(self, link: Any) -> tuple[weakref.ref[Any], str, int]:
        names = []
        outermost = link
        for _ in range(_MAX_LEVELS):
            owner = _owner_of(outermost)
            if owner is None or owner is link:
                break
            names.append(str(outermost.name))
            outermost = owner
        if outermost is link:
            path = _numbered(type(link).__name__, self._roots_of_class)
        else:
            path = ".".join([self.path_of(outermost), *reversed(names)])
        key = id(link)
        known = self._known

        def forget(reference: weakref.ref[Any]) -> None:
            if key in known and known[key][0] is reference:
                del known[key]

        entry = weakref.ref(link, forget), path, self._writer.scope(path, type(link).__name__)
        known[key] = entry
        return entry


def _owner_of(thing: Any) -> Any:
    reference = getattr(thing, "_owner", None)
    return None if reference is None else reference()


def _numbered(name: str, counts: dict[str, int]) -> str:
    """`name` for the first, `name~2` for the second ..."""
    counts[name] = count = counts.get(name, 0) + 1
    return name if count == 1 else f"{name}~{count}"
