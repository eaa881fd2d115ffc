"""Gives numbers to what events refer to: each text, scope, op, layout, file, call stack and variable once.

A definition goes to its line of `definitions.jsonl` when it is first asked for. The lists are public, because
breakpoints are matched by the numbers of names.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import msgspec

from .definition_records import (
    DroppedDefinition,
    Frame,
    LayoutDefinition,
    OpDefinition,
    ScopeDefinition,
    SiteDefinition,
    SourceDefinition,
    TextDefinition,
    ThreadDefinition,
    VariableDefinition,
)
from .plain import encode_line, utf8_text
from .schema import FIRST_UNNAMED_VARIABLE

__all__ = ["Interning"]

LAST_THREAD = 0xFFFF


class Interning:
    """The definitions of a run that is being written; index in each list = id.

    Args:
        lock: held while a definition is added.
    """

    def __init__(self, lock: Any) -> None:
        self._lock = lock
        self._lines: list[bytes] = []
        self._ids: dict[Any, int] = {}
        self._unnamed = itertools.count(FIRST_UNNAMED_VARIABLE)
        self.texts: list[str] = []
        self.scopes: list[ScopeDefinition] = []
        self.ops: list[OpDefinition] = []
        self.layouts: list[LayoutDefinition] = []
        self.sources: list[SourceDefinition] = []
        self.sites: list[SiteDefinition] = []
        self.variables: list[VariableDefinition] = []
        self.threads: list[ThreadDefinition] = []
        self.dropped: list[DroppedDefinition] = []

    def _add(self, key: Any, items: list[Any], make: Callable[[int], msgspec.Struct]) -> int:
        with self._lock:
            while True:
                found = self._ids.get(key)
                if found is not None:
                    return found
                number = len(items)
                definition = make(number)
                steps = (
                    partial(self._lines.append, encode_line(definition)),
                    partial(
                        items.append,
                        definition.text if isinstance(definition, TextDefinition) else definition,
                    ),
                    partial(self._ids.__setitem__, key, number),
                )
                still_free = map(operator.eq, (number,), map(operator.call, (items.__len__,)))
                done = map(operator.not_, map(operator.call, steps))  # each gives None
                # One call looks and acts: a signal, or a finalizer, comes before all of it or after.
                if all(itertools.chain(still_free, done)):
                    return number
                # Meanwhile one of them, on this very thread, ran an op that has taken the number.

    def take_lines(self) -> list[bytes]:
        """The lines of `definitions.jsonl` that were added since the last call. Call it with the lock held."""
        taken = self._lines.copy()
        del self._lines[: len(taken)]  # the list stays, as a definition may be about to be put there
        return taken

    def text(self, text: str) -> int:
        """The id of a label."""
        found = self._ids.get(text)
        if found is not None:
            return found
        return self._add(text, self.texts, lambda number: TextDefinition(number, utf8_text(text)))

    def scope(
        self, path: str, cls: str, made: int | None = None, registered: bool = True, own: bool = False
    ) -> int:
        """The id of the link at `path`; what the first call says of it counts."""
        # Scope paths are one part of an address, so they hold no slash.
        safe = path.replace("/", "|")
        return self._add(
            ("scope", safe),
            self.scopes,
            lambda number: ScopeDefinition(number, safe, cls, made, registered, own),
        )

    def op(
        self,
        cls: str,
        label: str,
        x_roles: Iterable[str] = (),
        y_roles: Iterable[str] = (),
        formula: str = "",
    ) -> int:
        """The id of a kind of function node."""
        x, y = tuple(x_roles), tuple(y_roles)
        return self._add(
            ("op", cls, label, x, y, formula),
            self.ops,
            lambda number: OpDefinition(number, cls, label, list(x), list(y), formula),
        )

    def layout(
        self, dtype: str, shape: Iterable[int], device: str = "cpu", why_not_captured: str = ""
    ) -> int:
        """The id of a dtype (`dtype.str`), shape and device."""
        sizes = tuple(shape)
        return self._add(
            ("layout", dtype, sizes, device, why_not_captured),
            self.layouts,
            lambda number: LayoutDefinition(number, dtype, list(sizes), device, why_not_captured),
        )

    def source(self, path: str, text: str) -> int:
        """The id of a source file; its text is what it was when it was first named."""
        return self._add(
            ("source", path), self.sources, lambda number: SourceDefinition(number, utf8_text(path), text)
        )

    def site(self, frames: Iterable[tuple[int, int, str]]) -> int:
        """The id of a stack of `(source id, line, function)`, outermost first."""
        stack = tuple(frames)
        return self._add(
            ("site", stack),
            self.sites,
            lambda number: SiteDefinition(number, [Frame(*frame) for frame in stack]),
        )

    def variable(
        self,
        name: str = "",
        parameter: bool = False,
        first: int | None = None,
        made: int | None = None,
        registered: bool = True,
    ) -> int:
        """A new number for a variable; only one with a name gets a definition.

        Args:
            name: full name, such as `MLP.l1.W`; the same name again is the same variable.
            first: the tensor that it holds now, where it holds one.
            made: the site where a parameter was constructed.
            registered: whether the link that holds a parameter knows it as its own.
        """
        if name and len(self.variables) < FIRST_UNNAMED_VARIABLE:
            return self._add(
                ("variable", name, parameter),
                self.variables,
                lambda number: VariableDefinition(
                    number, utf8_text(name), parameter, first, made, registered
                ),
            )
        return next(self._unnamed)

    def drop(self, segment: int, why: str) -> int:
        """The id of a segment whose file is about to be removed."""
        return self._add(
            ("dropped", segment), self.dropped, lambda number: DroppedDefinition(number, segment, why)
        )

    def thread(self, name: str) -> int:
        """The id of threads with this name; the main thread asks first."""
        if len(self.threads) >= LAST_THREAD:
            return self._ids.get(("thread", name), LAST_THREAD - 1)
        return self._add(
            ("thread", name), self.threads, lambda number: ThreadDefinition(number, utf8_text(name))
        )
