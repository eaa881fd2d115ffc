"""Reads `definitions.jsonl` as it grows, into lists whose index is the id.

What is damaged is replaced by a stand-in of the same kind where a later definition shows that one is missing, so
that numbers keep their meaning.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import msgspec

from .definition_records import (
    Definition,
    DroppedDefinition,
    LayoutDefinition,
    OpDefinition,
    ScopeDefinition,
    SiteDefinition,
    SourceDefinition,
    TextDefinition,
    ThreadDefinition,
    VariableDefinition,
)
from .regular_file import open_regular

__all__ = ["Definitions"]

_MAX_GAP = 1000
_PIECE_BYTES = 4 << 20
_LINE_BYTES = 64 << 20
"""No line is so long: the longest one has a source file of 1 MiB."""
_decode = msgspec.json.Decoder(Definition).decode

_STAND_IN: dict[type, Any] = {
    TextDefinition: lambda id: TextDefinition(id, f"(damaged {id})"),
    ScopeDefinition: lambda id: ScopeDefinition(id, f"(damaged {id})", ""),
    OpDefinition: lambda id: OpDefinition(id, "", "(damaged)"),
    LayoutDefinition: lambda id: LayoutDefinition(id, "|V0", [], "", "its layout is damaged"),
    SourceDefinition: lambda id: SourceDefinition(id, "(damaged)", ""),
    SiteDefinition: lambda id: SiteDefinition(id, []),
    VariableDefinition: lambda id: VariableDefinition(id, f"(damaged {id})"),
    ThreadDefinition: lambda id: ThreadDefinition(id, "(damaged)"),
    DroppedDefinition: lambda id: DroppedDefinition(id, -1),
}


class Definitions:
    """All definitions of a run so far."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self.problem = ""
        """One line about the first damage, or empty."""
        self.texts: list[str] = []
        self.scopes: list[ScopeDefinition] = []
        self.ops: list[OpDefinition] = []
        self.layouts: list[LayoutDefinition] = []
        self.sources: list[SourceDefinition] = []
        self.sites: list[SiteDefinition] = []
        self.variables: list[VariableDefinition] = []
        self.threads: list[ThreadDefinition] = []
        self.dropped: list[DroppedDefinition] = []
        self._lists: dict[type, list[Any]] = {
            TextDefinition: self.texts,
            ScopeDefinition: self.scopes,
            OpDefinition: self.ops,
            LayoutDefinition: self.layouts,
            SourceDefinition: self.sources,
            SiteDefinition: self.sites,
            VariableDefinition: self.variables,
            ThreadDefinition: self.threads,
            DroppedDefinition: self.dropped,
        }

    def grow(self) -> None:
        """Read the whole lines that were added."""
        with contextlib.suppress(OSError), os.fdopen(open_regular(self._path), "rb") as file:
            file.seek(self._offset)
            rest = b""
            while piece := file.read(_PIECE_BYTES):
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    self._take(line)
                    self._offset += len(line) + 1
                if len(rest) > _LINE_BYTES:
                    self._damaged("a line doesn't end")
                    return

    def _take(self, line: bytes) -> None:
        try:
            definition = _decode(line)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            self._damaged("a line is not a definition")
            return
        items = self._lists[type(definition)]
        if not len(items) <= definition.id <= len(items) + _MAX_GAP:
            self._damaged(f"definition {definition.id} is out of order")
            return
        if definition.id > len(items):
            self._damaged(f"definitions before number {definition.id} are missing")
        while len(items) < definition.id:
            missing = _STAND_IN[type(definition)](len(items))
            items.append(missing.text if isinstance(missing, TextDefinition) else missing)
        if isinstance(definition, SiteDefinition):
            known = range(len(self.sources))
            whole = [frame for frame in definition.frames if frame.source in known]
            if len(whole) < len(definition.frames):
                self._damaged("a call site names an unknown file")
                definition.frames = whole
        items.append(definition.text if isinstance(definition, TextDefinition) else definition)

    def _damaged(self, what: str) -> None:
        if not self.problem:
            self.problem = f"{self._path.name} is damaged at byte {self._offset}: {what}"
