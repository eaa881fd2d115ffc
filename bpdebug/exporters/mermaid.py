"""Mermaid: the computational graph of one iteration, as Markdown pages show it."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .iteration_graph import Value, graph_of, op_lines, value_text

if TYPE_CHECKING:
    from ..log.reader import LogReader

__all__ = ["write"]


def write(reader: LogReader, stream: BinaryIO, options: ExportOptions) -> ExportReport:
    """Write the graph of the selected iteration.

    Raises:
        ExportError: no op is selected.
        OSError: the stream can't be written.
    """
    graph = graph_of(Names(reader), options)
    known: set[int] = set()

    def say(line: str) -> None:
        stream.write(line.encode() + b"\n")

    def define(value: Value) -> str:
        if value.variable not in known:
            known.add(value.variable)
            say(f'  v{value.variable}(["{_escaped(value_text(value))}"])')
        return f"v{value.variable}"

    say("flowchart TB")
    for op in graph.ops:
        kind = "here" if op.seq == graph.here else "visited" if op.visited else "unvisited"
        say(f'  op{op.seq}["{"<br/>".join(map(_escaped, op_lines(op)))}"]:::{kind}')
        for value in op.x:
            say(f'  {define(value)} -->|"{_escaped(value.role)}"| op{op.seq}')
        for value in op.y:
            say(f'  op{op.seq} -->|"{_escaped(value.role)}"| {define(value)}')
    for kind, fill in (("here", "#ffe08a"), ("visited", "#cfe3f5"), ("unvisited", "#eeeeee")):
        say(f"  classDef {kind} fill:{fill},stroke:#555,color:#111")
    return ExportReport(len(graph.ops), graph.damaged)


def _escaped(text: str) -> str:
    """A text in which nothing is Mermaid's, Markdown's or HTML's: all but letters, digits and a few as `#code;`."""
    return "".join(
        letter if letter.isalnum() or letter in " .,()-" else f"#{ord(letter)};" for letter in text
    )
