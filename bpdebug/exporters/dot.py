"""Graphviz: the computational graph of one iteration, links as boxes around their ops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, BinaryIO

from ..timeline.names import Names
from . import ExportOptions, ExportReport
from .iteration_graph import Graph, Op, graph_of, op_lines, value_text

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
    stream.write(f"digraph iteration_{graph.iteration} {{\n".encode())
    stream.write(
        b'  rankdir=TB; node [fontname="sans-serif", fontsize=10]; edge [fontname="sans-serif", fontsize=9];\n'
    )
    known: set[int] = set()
    for op in graph.ops:
        for line in _op(graph, op, known):
            stream.write(f"  {line}\n".encode())
    stream.write(b"}\n")
    return ExportReport(len(graph.ops), graph.damaged)


def _op(graph: Graph, op: Op, known: set[int]) -> Iterable[str]:
    fill = "#ffe08a" if op.seq == graph.here else "#cfe3f5" if op.visited else "#eeeeee"
    box = (
        f'op{op.seq} [shape=box, style="rounded,filled", fillcolor="{fill}", label={_quoted(op_lines(op))}];'
    )
    # A cluster that is opened again goes on: so links nest, whatever the order of their ops.
    outer: list[str] = []
    path = ""
    for part in op.scope.split(".") if op.scope else ():
        path = f"{path}.{part}" if path else part
        outer.append(f"subgraph {_quoted([f'cluster_{path}'])} {{ label={_quoted([path])}; color=gray; ")
    yield "".join(outer) + box + " }" * len(outer)
    for value in op.x:
        if value.variable not in known:
            known.add(value.variable)
            yield f"v{value.variable} [shape=ellipse, label={_quoted([value_text(value)])}];"
        yield f"v{value.variable} -> op{op.seq} [label={_quoted([value.role])}];"
    for value in op.y:
        if value.variable not in known:
            known.add(value.variable)
            yield f"v{value.variable} [shape=ellipse, label={_quoted([value_text(value)])}];"
        yield f"op{op.seq} -> v{value.variable} [label={_quoted([value.role])}];"


def _quoted(lines: list[str]) -> str:
    """A string of the dot language; only what we put between the lines is an escape in it."""
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
